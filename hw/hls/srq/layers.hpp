// SPDX-License-Identifier: Apache-2.0
//
// The layers that have parameters, in both builds: constants of the generated source, or
// registers that are filled over AXI-Lite.
//
// A layer's registers are one shift register: a word enters at the end and all others move up.
// So filling them takes no address, and one short wire from register to register. They keep
// their contents from call to call; `load` says whether this call fills them first.
#ifndef SRQ_LAYERS_HPP
#define SRQ_LAYERS_HPP

#include "convolve.hpp"
#include "pixelwise.hpp"

namespace srq {

#ifdef SRQ_WEIGHTS_AXILITE

// WORDS words of the memory behind the AXI-Lite port, from the word FIRST on.
template <int FIRST, int WORDS, int TOTAL>
void send(const int memory[TOTAL], hls::stream<Word>& parameters) {
#pragma HLS INLINE
words:
    for (int n = FIRST; n < FIRST + WORDS; ++n) {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
        parameters.write(Word(memory[n]));
    }
}

// Fill a shift register: its first word first.
template <class REGISTER, int SIZE>
void shift_in(hls::stream<Word>& parameters, REGISTER (&registers)[SIZE]) {
#pragma HLS INLINE
words:
    for (int n = 0; n < SIZE; ++n) {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
    move_up:
        for (int r = 0; r + 1 < SIZE; ++r) {
#pragma HLS UNROLL
            registers[r] = registers[r + 1];
        }
        registers[SIZE - 1] = REGISTER(parameters.read());
    }
}

template <class LAYER>
void convolve(Stream<typename LAYER::In>& in, Stream<typename LAYER::Out>& out, Size rows,
              Size columns, hls::stream<Word>& parameters, bool load) {
    static typename LAYER::Weight weight[Shape<LAYER>::WEIGHTS];
#pragma HLS ARRAY_PARTITION variable = weight complete
    static typename LAYER::Sum bias[Shape<LAYER>::BIASES];
#pragma HLS ARRAY_PARTITION variable = bias complete
    static Shift shift[Shape<LAYER>::SHIFTS];
#pragma HLS ARRAY_PARTITION variable = shift complete
    if (load) {
        shift_in(parameters, weight);
        shift_in(parameters, bias);
        shift_in(parameters, shift);
    }
    convolve_picture<LAYER>(in, out, rows, columns, weight, bias, shift);
}

template <class LAYER>
void add(Stream<typename LAYER::A>& a, Stream<typename LAYER::B>& b,
         Stream<typename LAYER::Out>& out, Size rows, Size columns, hls::stream<Word>& parameters,
         bool load) {
    static Shift shifts[3];
#pragma HLS ARRAY_PARTITION variable = shifts complete
    if (load) {
        shift_in(parameters, shifts);
    }
    add_pictures<typename LAYER::A, typename LAYER::B, typename LAYER::Out, typename LAYER::Sum>(
        a, b, out, rows, columns, int(shifts[0]), int(shifts[1]), int(shifts[2]));
}

template <class LAYER>
void requantize_value(Stream<typename LAYER::In>& in, Stream<typename LAYER::Out>& out, Size rows,
                      Size columns, hls::stream<Word>& parameters, bool load) {
    static Shift shifts[1];
#pragma HLS ARRAY_PARTITION variable = shifts complete
    if (load) {
        shift_in(parameters, shifts);
    }
    requantize_picture<typename LAYER::In, typename LAYER::Out, typename LAYER::Sum>(
        in, out, rows, columns, int(shifts[0]));
}

#else

template <class LAYER>
void convolve(Stream<typename LAYER::In>& in, Stream<typename LAYER::Out>& out, Size rows,
              Size columns, const typename LAYER::Weight (&weight)[Shape<LAYER>::WEIGHTS],
              const typename LAYER::Sum (&bias)[Shape<LAYER>::BIASES],
              const Shift (&shift)[Shape<LAYER>::SHIFTS]) {
#pragma HLS ARRAY_PARTITION variable = weight complete
#pragma HLS ARRAY_PARTITION variable = bias complete
#pragma HLS ARRAY_PARTITION variable = shift complete
    convolve_picture<LAYER>(in, out, rows, columns, weight, bias, shift);
}

template <class LAYER>
void add(Stream<typename LAYER::A>& a, Stream<typename LAYER::B>& b,
         Stream<typename LAYER::Out>& out, Size rows, Size columns, const Shift (&shifts)[3]) {
#pragma HLS ARRAY_PARTITION variable = shifts complete
    add_pictures<typename LAYER::A, typename LAYER::B, typename LAYER::Out, typename LAYER::Sum>(
        a, b, out, rows, columns, int(shifts[0]), int(shifts[1]), int(shifts[2]));
}

template <class LAYER>
void requantize_value(Stream<typename LAYER::In>& in, Stream<typename LAYER::Out>& out, Size rows,
                      Size columns, const Shift (&shifts)[1]) {
#pragma HLS ARRAY_PARTITION variable = shifts complete
    requantize_picture<typename LAYER::In, typename LAYER::Out, typename LAYER::Sum>(
        in, out, rows, columns, int(shifts[0]));
}

#endif

} // namespace srq

#endif
