// SPDX-License-Identifier: Apache-2.0
//
// What needs no neighbours: one block in, one block out.
#ifndef SRQ_PIXELWISE_HPP
#define SRQ_PIXELWISE_HPP

#include "loaded.hpp"
#include "process.hpp"
#include "requantize.hpp"

namespace srq {

// The sum of two values, each aligned by a left shift, requantized once. The operand that comes
// first waits in its FIFO, whose depth is its delay.
template <class LAYER>
void add(Stream<typename LAYER::A>& a, Stream<typename LAYER::B>& b,
         Stream<typename LAYER::Out>& out, Size rows, Size columns,
         SRQ_CONSTANT_OR_LOADED(const Shift (&shifts)[3])) {
#pragma HLS INLINE off
    typedef typename LAYER::Sum SUM;
    typedef typename LAYER::Out OUT;
#ifdef SRQ_WEIGHTS_AXILITE
    static Shift shifts[3];
#endif
#pragma HLS ARRAY_PARTITION variable = shifts complete
#ifdef SRQ_WEIGHTS_AXILITE
    if (load) {
    load_words:
        for (int n = 0; n < 3; ++n) {
#pragma HLS PIPELINE II = 1
            SRQ_CLOCK();
            shift_in(shifts, parameters.read());
        }
    }
#endif
    const Count pixels = Count(rows) * Count(columns);
pixels:
    for (Count n = 0; n < pixels; ++n) {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
        const typename LAYER::A::Pixel left = a.read();
        const typename LAYER::B::Pixel right = b.read();
        typename OUT::Pixel result;
    lanes:
        for (int l = 0; l < OUT::LANES; ++l) {
#pragma HLS UNROLL
            const SUM sum = shifted_left<SUM>(SUM(left.lane[l]), int(shifts[0])) +
                            shifted_left<SUM>(SUM(right.lane[l]), int(shifts[1]));
            result.lane[l] = requantize<typename OUT::Format>(sum, int(shifts[2]));
        }
        out.write(result);
    }
}

// A value brought to another format.
template <class LAYER>
void requantize_value(Stream<typename LAYER::In>& in, Stream<typename LAYER::Out>& out, Size rows,
                      Size columns, SRQ_CONSTANT_OR_LOADED(const Shift (&shifts)[1])) {
#pragma HLS INLINE off
    typedef typename LAYER::Sum SUM;
    typedef typename LAYER::Out OUT;
#ifdef SRQ_WEIGHTS_AXILITE
    static Shift shifts[1];
#endif
#pragma HLS ARRAY_PARTITION variable = shifts complete
#ifdef SRQ_WEIGHTS_AXILITE
    if (load) {
        SRQ_CLOCK();
        shift_in(shifts, parameters.read());
    }
#endif
    const Count pixels = Count(rows) * Count(columns);
pixels:
    for (Count n = 0; n < pixels; ++n) {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
        const typename LAYER::In::Pixel pixel = in.read();
        typename OUT::Pixel result;
    lanes:
        for (int l = 0; l < OUT::LANES; ++l) {
#pragma HLS UNROLL
            result.lane[l] =
                requantize<typename OUT::Format>(SUM(pixel.lane[l]), int(shifts[0]));
        }
        out.write(result);
    }
}

// Channels dealt out to pixels. From scale 1 this is no more than a new name for the lanes; from
// a higher one the pixels of a block move among them. No lane changes its bits.
template <class IN, class OUT>
void pixel_shuffle(Stream<IN>& in, Stream<OUT>& out, Size rows, Size columns) {
#pragma HLS INLINE off
    const int FACTOR = OUT::SCALE / IN::SCALE;
    const Count pixels = Count(rows) * Count(columns);
pixels:
    for (Count n = 0; n < pixels; ++n) {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
        const typename IN::Pixel pixel = in.read();
        typename OUT::Pixel result;
    channels:
        for (int c = 0; c < OUT::CHANNELS; ++c) {
#pragma HLS UNROLL
        block_rows:
            for (int y = 0; y < OUT::SCALE; ++y) {
#pragma HLS UNROLL
            block_columns:
                for (int x = 0; x < OUT::SCALE; ++x) {
#pragma HLS UNROLL
                    const int from = (c * FACTOR + y % FACTOR) * FACTOR + x % FACTOR;
                    result.lane[(c * OUT::SCALE + y) * OUT::SCALE + x] =
                        pixel.lane[(from * IN::SCALE + y / FACTOR) * IN::SCALE + x / FACTOR];
                }
            }
        }
        out.write(result);
    }
}

// Every pixel repeated.
template <class IN, class OUT>
void nearest_upsample(Stream<IN>& in, Stream<OUT>& out, Size rows, Size columns) {
#pragma HLS INLINE off
    const int FACTOR = OUT::SCALE / IN::SCALE;
    const Count pixels = Count(rows) * Count(columns);
pixels:
    for (Count n = 0; n < pixels; ++n) {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
        const typename IN::Pixel pixel = in.read();
        typename OUT::Pixel result;
    channels:
        for (int c = 0; c < OUT::CHANNELS; ++c) {
#pragma HLS UNROLL
        block_rows:
            for (int y = 0; y < OUT::SCALE; ++y) {
#pragma HLS UNROLL
            block_columns:
                for (int x = 0; x < OUT::SCALE; ++x) {
#pragma HLS UNROLL
                    result.lane[(c * OUT::SCALE + y) * OUT::SCALE + x] =
                        pixel.lane[(c * IN::SCALE + y / FACTOR) * IN::SCALE + x / FACTOR];
                }
            }
        }
        out.write(result);
    }
}

// A value for two readers: a stream has one.
template <class VALUE>
void fork(Stream<VALUE>& in, Stream<VALUE>& first, Stream<VALUE>& second, Size rows, Size columns) {
#pragma HLS INLINE off
    const Count pixels = Count(rows) * Count(columns);
pixels:
    for (Count n = 0; n < pixels; ++n) {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
        const typename VALUE::Pixel pixel = in.read();
        first.write(pixel);
        second.write(pixel);
    }
}

} // namespace srq

#endif
