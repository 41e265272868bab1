// SPDX-License-Identifier: Apache-2.0
//
// The two ends of the kernel: AXI4-Stream video in, AXI4-Stream video out. tuser marks the
// first beat of a picture, tlast the last beat of a line; pixels are in raster order, the
// leftmost of a beat in its lowest bits.
//
// In:  one low-resolution pixel a beat.
// Out: SCALE * SCALE pixels of one line a beat, so that a beat a clock keeps up with a
//      low-resolution pixel a clock.
#ifndef SRQ_VIDEO_HPP
#define SRQ_VIDEO_HPP

#include "process.hpp"
#include "words.hpp"
#ifndef SRQ_FAST
#include <ap_axi_sdata.h>
#endif

namespace srq {

// A beat of PIXELS pixels of BITS bits: packed without gaps, the whole filled up to bytes.
#ifdef SRQ_FAST
template <int BITS, int PIXELS> struct Beat {
    int pixel[PIXELS];
    bool user;
    bool last;
};
template <int BITS, int PIXELS> int pixel_of(const Beat<BITS, PIXELS>& beat, int n) {
    return beat.pixel[n];
}
template <int BITS, int PIXELS> void put_pixel(Beat<BITS, PIXELS>& beat, int n, int pixel) {
    beat.pixel[n] = pixel;
}
template <int BITS, int PIXELS> Beat<BITS, PIXELS> empty_beat() { return Beat<BITS, PIXELS>(); }
#else
template <int BITS, int PIXELS> struct BeatSize {
    static const int BYTES = (BITS * PIXELS + 7) / 8;
};
template <int BITS, int PIXELS>
using Beat = ap_axiu<BeatSize<BITS, PIXELS>::BYTES * 8, 1, 1, 1>;

template <int BITS, int PIXELS> ap_uint<BITS> pixel_of(const Beat<BITS, PIXELS>& beat, int n) {
#pragma HLS INLINE
    return beat.data.range((n + 1) * BITS - 1, n * BITS);
}
template <int BITS, int PIXELS>
void put_pixel(Beat<BITS, PIXELS>& beat, int n, ap_uint<BITS> pixel) {
#pragma HLS INLINE
    beat.data.range((n + 1) * BITS - 1, n * BITS) = pixel;
}
// All bytes count, as in video always.
template <int BITS, int PIXELS> Beat<BITS, PIXELS> empty_beat() {
#pragma HLS INLINE
    Beat<BITS, PIXELS> beat;
    beat.data = 0;
    beat.keep = -1;
    beat.strb = -1;
    beat.user = 0;
    beat.last = 0;
    beat.id = 0;
    beat.dest = 0;
    return beat;
}
#endif

// A picture out of the video. Beats before its first are dropped. `faults` counts the beats
// whose tuser or tlast is not where `rows` and `columns` say: their source sends another size.
template <int BITS, class VALUE>
void receive(hls::stream<Beat<BITS, 1> >& video, Stream<VALUE>& out, Size rows, Size columns,
             int* faults) {
#pragma HLS INLINE off
    Beat<BITS, 1> beat;
start_of_frame:
    do {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
        beat = video.read();
    } while (!beat.user);

    const Count pixels = Count(rows) * Count(columns);
    const Count width = columns;
    Count x = 0;
    int wrong = 0;
pixels:
    for (Count n = 0; n < pixels; ++n) {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
        if (n > 0) {
            beat = video.read();
        }
        typename VALUE::Pixel pixel;
        pixel.lane[0] = pixel_of<BITS, 1>(beat, 0);
        out.write(pixel);
        const bool last = x == width - 1;
        if (bool(beat.last) != last || bool(beat.user) != (n == 0)) {
            ++wrong;
        }
        x = last ? Count(0) : x + 1;
    }
    *faults = wrong;
}

// Blocks to lines. While the blocks of one low-resolution line go into one half of the memory,
// the lines of the one before come out of the other. The memory has a bank for each of SCALE
// neighbouring blocks, so that a beat takes a row out of each. Where SCALE does not divide
// the columns, the last beat of a line ends in pixels of 0.
template <int BITS, class VALUE, int MAX_WIDTH>
void transmit(Stream<VALUE>& in, hls::stream<Beat<BITS, VALUE::SCALE * VALUE::SCALE> >& video,
              Size rows, Size columns) {
#pragma HLS INLINE off
    const int SCALE = VALUE::SCALE;
    const int CELLS = (MAX_WIDTH + SCALE - 1) / SCALE;
    static_assert(Words<VALUE>::COUNT == 1, "a block has no more bits than a beat");
    static typename Words<VALUE>::Word blocks[SCALE][2 * CELLS];
#pragma HLS ARRAY_PARTITION variable = blocks complete dim = 1
#pragma HLS DEPENDENCE variable = blocks type = inter direction = RAW distance = 8 true
    SRQ_MEMORY(blocks, SCALE * 2 * CELLS, DISTANCE);

    const Count height = rows;
    const Count width = columns;
    const Count groups = (width + SCALE - 1) / SCALE; // beats of a line
    const Count pitch = SCALE * (groups < DISTANCE ? Count(DISTANCE) : groups);
    const Count iterations = (height + 1) * pitch;
    Count y = 0;     // the line that comes in
    Count x = 0;     // its block, bank + SCALE * cell
    int bank = 0;
    Count cell = 0;
    int phase = 0;   // which of the SCALE lines goes out
    Count group = 0; // its beat
pixels:
    for (Count n = 0; n < iterations; ++n) {
#pragma HLS PIPELINE II = 1
        SRQ_CLOCK();
        const bool odd = (y & 1) != 0;
        const bool leaves = y > 0 && phase < SCALE;
        Beat<BITS, SCALE * SCALE> beat = empty_beat<BITS, SCALE * SCALE>();
    beat_banks:
        for (int b = 0; b < SCALE; ++b) {
#pragma HLS UNROLL
            const typename Words<VALUE>::Word word = blocks[b][(odd ? 0 : CELLS) + group];
            const bool inside = group * SCALE + b < width;
            if (leaves && inside) {
                SRQ_READS(blocks, (b * 2 + !odd) * CELLS + group, n);
            }
        beat_pixels:
            for (int u = 0; u < SCALE; ++u) {
#pragma HLS UNROLL
                typename VALUE::Lane pixel = 0;
            phases:
                for (int v = 0; v < SCALE; ++v) {
#pragma HLS UNROLL
                    if (v == phase && inside) {
                        pixel = lane_of<VALUE>(word, v * SCALE + u);
                    }
                }
                put_pixel<BITS, SCALE * SCALE>(beat, b * SCALE + u, pixel);
            }
        }
        beat.user = y == 1 && phase == 0 && group == 0;
        beat.last = group == groups - 1;
        if (leaves) {
            video.write(beat);
        }
        if (y < height && x < width) {
            const typename VALUE::Pixel block = in.read();
            const typename Words<VALUE>::Word word = word_of<VALUE>(block, 0);
        banks:
            for (int b = 0; b < SCALE; ++b) {
#pragma HLS UNROLL
                if (b == bank) {
                    SRQ_WRITES(blocks, (b * 2 + odd) * CELLS + cell, n);
                    blocks[b][(odd ? CELLS : 0) + cell] = word;
                }
            }
        }
        if (++bank == SCALE) {
            bank = 0;
            ++cell;
        }
        if (++group == groups) {
            group = 0;
            ++phase;
        }
        if (++x == pitch) {
            x = 0;
            bank = 0;
            cell = 0;
            group = 0;
            phase = 0;
            ++y;
        }
    }
}

} // namespace srq

#endif
