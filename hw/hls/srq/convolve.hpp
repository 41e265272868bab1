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
//   BIAS               whether it has a bias; without one there is no adder and no register
//   MAX_WIDTH          the widest line, in low-resolution pixels
#ifndef SRQ_CONVOLVE_HPP
#define SRQ_CONVOLVE_HPP

#include "process.hpp"
#include "requantize.hpp"

namespace srq {

// The sizes that follow from a LAYER. At scale g the window is of whole blocks, so a kernel
// that reaches p pixels beyond its own reaches the blocks that hold them.
template <class LAYER> struct Shape {
    static const int SCALE = LAYER::In::SCALE;
    static const int ABOVE = (LAYER::TOP + SCALE - 1) / SCALE;
    static const int BELOW = (LAYER::ROWS - 1 - LAYER::TOP + SCALE - 1) / SCALE;
    static const int BEFORE = (LAYER::LEFT + SCALE - 1) / SCALE;
    static const int AFTER = (LAYER::COLUMNS - 1 - LAYER::LEFT + SCALE - 1) / SCALE;
    static const int LINES = ABOVE + BELOW;
    static const int MEMORIES = LINES > 0 ? LINES : 1;
    static const int WINDOW_ROWS = LINES + 1;
    static const int WINDOW_COLUMNS = BEFORE + 1 + AFTER;
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
                const int row = S::ABOVE * S::SCALE + y + r - LAYER::TOP;
                const int column = S::BEFORE * S::SCALE + x + c - LAYER::LEFT;
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
void convolve_picture(Stream<typename LAYER::In>& in, Stream<typename LAYER::Out>& out, Size rows,
                      Size columns, const typename LAYER::Weight (&weight)[Shape<LAYER>::WEIGHTS],
                      const typename LAYER::Sum (&bias)[Shape<LAYER>::BIASES],
                      const Shift (&shift)[Shape<LAYER>::SHIFTS]) {
#pragma HLS INLINE
    typedef Shape<LAYER> S;
    typedef typename LAYER::In::Lane Lane;
    // Kept from call to call as block memory keeps its words; each is written before it counts.
    static Lane lines[S::MEMORIES][LAYER::MAX_WIDTH][LAYER::In::LANES];
#pragma HLS ARRAY_PARTITION variable = lines complete dim = 1
#pragma HLS ARRAY_RESHAPE variable = lines complete dim = 3
#pragma HLS DEPENDENCE variable = lines type = inter direction = RAW distance = 8 true
    SRQ_MEMORY(lines, LAYER::MAX_WIDTH, DISTANCE);
    Lane window[S::WINDOW_ROWS][S::WINDOW_COLUMNS][LAYER::In::LANES];
#pragma HLS ARRAY_PARTITION variable = window complete dim = 0
    Lane column[S::WINDOW_ROWS][LAYER::In::LANES];
#pragma HLS ARRAY_PARTITION variable = column complete dim = 0

    const Count height = rows;
    const Count width = columns;
    const Count line = width + S::AFTER;
    const Count pitch = S::LINES > 0 && line < DISTANCE ? Count(DISTANCE) : line;
    const Count iterations = (height + S::BELOW) * pitch;
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
        if (S::LINES > 0 && within) {
            SRQ_READS(lines, place, n);
            SRQ_WRITES(lines, place, n);
        }
    take_in:
        for (int l = 0; l < LAYER::In::LANES; ++l) {
#pragma HLS UNROLL
            column[S::LINES][l] = given ? pixel.lane[l] : Lane(0);
        recall:
            for (int r = 0; r < S::LINES; ++r) {
#pragma HLS UNROLL
                const Count row = y - (S::LINES - r); // of the picture
                const bool inside = within && row >= 0 && row < height;
                column[r][l] = inside ? lines[r][place][l] : Lane(0);
            }
        remember:
            for (int r = 0; r < S::LINES; ++r) {
#pragma HLS UNROLL
                if (within) {
                    lines[r][place][l] = column[r + 1][l];
                }
            }
        slide_rows:
            for (int r = 0; r < S::WINDOW_ROWS; ++r) {
#pragma HLS UNROLL
            slide_columns:
                for (int c = 0; c + 1 < S::WINDOW_COLUMNS; ++c) {
#pragma HLS UNROLL
                    window[r][c][l] = x == 0 ? Lane(0) : window[r][c + 1][l];
                }
                window[r][S::WINDOW_COLUMNS - 1][l] = column[r][l];
            }
        }
        if (y >= S::BELOW && x >= S::AFTER && x < line) {
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
