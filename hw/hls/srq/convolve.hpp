// SPDX-License-Identifier: Apache-2.0
//
// The convolution: full, grouped, depthwise or pointwise, with a kernel of any size, at any
// scale. A pointwise one has no line memory and no window, as its kernel has no neighbours.
//
// A LAYER says what it is:
//   In, Out            the values it reads and makes (both of one scale)
//   Weight, Sum        the types of a weight and of the exact sum
//   GROUPS             the groups that divide the channels
//   ROWS, COLUMNS      the kernel
//   TOP, LEFT          how many of its rows and columns lie above and left of its place
//   ABOVE, BELOW       how many blocks its window reaches above, below,
//   BEFORE, AFTER      before and after its own
//   BIAS               whether it has a bias; without one there is no adder and no register
//   MAX_WIDTH          the widest line, in low-resolution pixels
#ifndef SRQ_CONVOLVE_HPP
#define SRQ_CONVOLVE_HPP

#include "loaded.hpp"
#include "process.hpp"
#include "requantize.hpp"
#include "words.hpp"

namespace srq {

// The sizes that follow from a LAYER.
template <class LAYER> struct Shape {
    static const int SCALE = LAYER::In::SCALE;
    static const int LINES = LAYER::ABOVE + LAYER::BELOW;
    static const int WINDOW_ROWS = LINES + 1;
    static const int WINDOW_COLUMNS = LAYER::BEFORE + 1 + LAYER::AFTER;
    static const int WORDS = Words<typename LAYER::In>::COUNT; // of a block in a line memory
    static const int MEMORIES = LINES > 0 ? LINES * WORDS : 1;
    static const int INS = LAYER::In::CHANNELS / LAYER::GROUPS;
    static const int OUTS = LAYER::Out::CHANNELS / LAYER::GROUPS;
    static const int WEIGHTS = LAYER::Out::CHANNELS * INS * LAYER::ROWS * LAYER::COLUMNS;
    static const int BIASES = LAYER::BIAS ? LAYER::Out::CHANNELS : 1;
    static const int SHIFTS = LAYER::Out::CHANNELS;
};

// The sum of one output pixel: channel `out`, at (y, x) of its block.
template <class LAYER>
typename LAYER::Sum sum_at(
    const typename LAYER::In::Lane (
        &window)[Shape<LAYER>::WINDOW_ROWS][Shape<LAYER>::WINDOW_COLUMNS][LAYER::In::LANES],
    const typename LAYER::Weight (&weight)[Shape<LAYER>::WEIGHTS],
    const typename LAYER::Sum (&bias)[Shape<LAYER>::BIASES], int out, int y, int x) {
#pragma HLS INLINE
    typedef Shape<LAYER> S;
    const int first = out / S::OUTS * S::INS;
    typename LAYER::Sum sum = LAYER::BIAS ? bias[LAYER::BIAS ? out : 0] : typename LAYER::Sum(0);
sum_channels:
    for (int i = 0; i < S::INS; ++i) {
#pragma HLS UNROLL
    sum_rows:
        for (int r = 0; r < LAYER::ROWS; ++r) {
#pragma HLS UNROLL
        sum_columns:
            for (int c = 0; c < LAYER::COLUMNS; ++c) {
#pragma HLS UNROLL
                // The tap's place, in pixels from the window's upper left corner.
                const int row = LAYER::ABOVE * S::SCALE + y + r - LAYER::TOP;
                const int column = LAYER::BEFORE * S::SCALE + x + c - LAYER::LEFT;
                const int lane = ((first + i) * S::SCALE + row % S::SCALE) * S::SCALE +
                                 column % S::SCALE;
                sum += window[row / S::SCALE][column / S::SCALE][lane] *
                       weight[((out * S::INS + i) * LAYER::ROWS + r) * LAYER::COLUMNS + c];
            }
        }
    }
    return sum;
}

// A picture, convolved. Line memories hold the rows above; the window slides over them. What is
// beyond the picture enters the window as zero: rows when a column is taken in, columns as the
// zeros that follow every line and as the cleared window at its start.
template <class LAYER>
void convolve(Stream<typename LAYER::In>& in, Stream<typename LAYER::Out>& out, Size rows,
              Size columns,
              SRQ_CONSTANT_OR_LOADED(const typename LAYER::Weight (&weight)[Shape<LAYER>::WEIGHTS],
                                     const typename LAYER::Sum (&bias)[Shape<LAYER>::BIASES],
                                     const Shift (&shift)[Shape<LAYER>::SHIFTS])) {
#pragma HLS INLINE off
    typedef Shape<LAYER> S;
    typedef typename LAYER::In::Lane Lane;
    typedef Words<typename LAYER::In> W;
#ifdef SRQ_WEIGHTS_AXILITE
    static typename LAYER::Weight weight[S::WEIGHTS];
    static typename LAYER::Sum bias[S::BIASES];
    static Shift shift[S::SHIFTS];
#endif
#pragma HLS ARRAY_PARTITION variable = weight complete
#pragma HLS ARRAY_PARTITION variable = bias complete
#pragma HLS ARRAY_PARTITION variable = shift complete
    // Kept from call to call as block memory keeps its words; each is written before it counts.
    static typename W::Word lines[S::MEMORIES][LAYER::MAX_WIDTH];
#pragma HLS ARRAY_PARTITION variable = lines complete dim = 1
#pragma HLS DEPENDENCE variable = lines type = inter direction = RAW distance = 8 true
    SRQ_MEMORY(lines, LAYER::MAX_WIDTH, DISTANCE);
    typename W::Word column[S::WINDOW_ROWS][S::WORDS];
#pragma HLS ARRAY_PARTITION variable = column complete dim = 0
    Lane window[S::WINDOW_ROWS][S::WINDOW_COLUMNS][LAYER::In::LANES];
#pragma HLS ARRAY_PARTITION variable = window complete dim = 0

#ifdef SRQ_WEIGHTS_AXILITE
    if (load) {
    load_words:
        for (int n = 0; n < S::WEIGHTS + S::BIASES + S::SHIFTS; ++n) {
#pragma HLS PIPELINE II = 1
            SRQ_CLOCK();
            const Word word = parameters.read();
            if (n < S::WEIGHTS) {
                shift_in(weight, word);
            } else if (n < S::WEIGHTS + S::BIASES) {
                shift_in(bias, word);
            } else {
                shift_in(shift, word);
            }
        }
    }
#endif

    const Count height = rows;
    const Count width = columns;
    const Count line = width + LAYER::AFTER;
    const Count pitch = S::LINES > 0 && line < DISTANCE ? Count(DISTANCE) : line;
    const Count iterations = (height + LAYER::BELOW) * pitch;
    Count y = 0;
    Count x = 0;
pixels:
    for (Count n = 0; n < iterations; ++n) {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
        const bool within = x < width;
        const Count place = within ? x : Count(0);
        const bool given = within && y < height;
        typename LAYER::In::Pixel pixel;
        if (given) {
            pixel = in.read();
        }
    take_in:
        for (int l = 0; l < LAYER::In::LANES; ++l) {
#pragma HLS UNROLL
            pixel.lane[l] = given ? pixel.lane[l] : Lane(0);
        }
        if (S::LINES > 0 && within) {
            SRQ_READS(lines, place, n);
            SRQ_WRITES(lines, place, n);
        }
        // Of each line memory one word is read, and one written: that of the line below.
    words:
        for (int w = 0; w < S::WORDS; ++w) {
#pragma HLS UNROLL
            column[S::LINES][w] = word_of<typename LAYER::In>(pixel, w);
        recall:
            for (int r = 0; r < S::LINES; ++r) {
#pragma HLS UNROLL
                column[r][w] = lines[r * S::WORDS + w][place];
            }
        remember:
            for (int r = 0; r < S::LINES; ++r) {
#pragma HLS UNROLL
                if (within) {
                    lines[r * S::WORDS + w][place] = column[r + 1][w];
                }
            }
        }
    slide_rows:
        for (int r = 0; r < S::WINDOW_ROWS; ++r) {
#pragma HLS UNROLL
            const Count row = y - (S::LINES - r); // of the picture
            const bool inside = within && row >= 0 && row < height;
        slide_lanes:
            for (int l = 0; l < LAYER::In::LANES; ++l) {
#pragma HLS UNROLL
            slide_columns:
                for (int c = 0; c + 1 < S::WINDOW_COLUMNS; ++c) {
#pragma HLS UNROLL
                    window[r][c][l] = x == 0 ? Lane(0) : window[r][c + 1][l];
                }
                const Lane lane =
                    lane_of<typename LAYER::In>(column[r][l / W::LANES], l % W::LANES);
                window[r][S::WINDOW_COLUMNS - 1][l] = inside ? lane : Lane(0);
            }
        }
        if (y >= LAYER::BELOW && x >= LAYER::AFTER && x < line) {
            typename LAYER::Out::Pixel result;
        channels:
            for (int o = 0; o < LAYER::Out::CHANNELS; ++o) {
#pragma HLS UNROLL
            block_rows:
                for (int v = 0; v < S::SCALE; ++v) {
#pragma HLS UNROLL
                block_columns:
                    for (int u = 0; u < S::SCALE; ++u) {
#pragma HLS UNROLL
                        result.lane[(o * S::SCALE + v) * S::SCALE + u] =
                            requantize<typename LAYER::Out::Format>(
                                sum_at<LAYER>(window, weight, bias, o, v, u), int(shift[o]));
                    }
                }
            }
            out.write(result);
        }
        if (++x == pitch) {
            x = 0;
            ++y;
        }
    }
}

} // namespace srq

#endif
