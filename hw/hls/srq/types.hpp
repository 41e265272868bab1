// SPDX-License-Identifier: Apache-2.0
//
// What flows between the layers: lanes of exact widths, gathered to the block of one
// low-resolution pixel.
//
// With -DSRQ_FAST every lane is a plain 32-bit integer: the same results, simulated faster.
// With -DSRQ_WEIGHTS_AXILITE parameters arrive at run time, so nothing may be narrower than
// what any proved program can need: sums get their full 32 bits.
#ifndef SRQ_TYPES_HPP
#define SRQ_TYPES_HPP

#ifdef SRQ_FAST
#include <cstdint>
#else
#include <ap_int.h>
#endif
#include <hls_stream.h>

namespace srq {

#ifdef SRQ_FAST
template <int BITS> using Signed = std::int32_t;
template <int BITS> using Unsigned = std::int32_t;
#else
template <int BITS> using Signed = ap_int<BITS>;
template <int BITS> using Unsigned = ap_uint<BITS>;
#endif

// An exact sum. A program is only exported once every sum of it is proved to fit 32 bits, and
// BITS are what the proof leaves of them.
template <int BITS> struct SumSize {
#ifdef SRQ_WEIGHTS_AXILITE
    static const int WIDTH = 32;
#else
    static const int WIDTH = BITS;
#endif
};
template <int BITS> using Sum = Signed<SumSize<BITS>::WIDTH>;

// Formats. A format's lane holds LO to HI; an accumulator is an exact sum and never saturates.
template <int BITS> struct SignedFormat {
    typedef Signed<BITS> Lane;
    static const int WIDTH = BITS;
    static const bool SATURATES = true;
    static const int LO = -(1 << (BITS - 1));
    static const int HI = (1 << (BITS - 1)) - 1;
};

template <int BITS> struct UnsignedFormat {
    typedef Unsigned<BITS> Lane;
    static const int WIDTH = BITS;
    static const bool SATURATES = true;
    static const int LO = 0;
    static const int HI = (1 << BITS) - 1;
};

template <int BITS> struct Accumulator {
    typedef Sum<BITS> Lane;
    static const int WIDTH = SumSize<BITS>::WIDTH;
    static const bool SATURATES = false;
    static const int LO = 0;
    static const int HI = 0;
};

// The block of one low-resolution pixel: of a value at scale g, g x g pixels of every channel.
// Lane (channel * g + y) * g + x is the pixel at (y, x) of the block.
template <class LANE, int LANES> struct Block {
    LANE lane[LANES];
};

// A value of the program. At scale 1 a block is the channels of one pixel.
template <class FORMAT, int CHANNELS_, int SCALE_> struct Value {
    typedef FORMAT Format;
    typedef typename FORMAT::Lane Lane;
    static const int CHANNELS = CHANNELS_;
    static const int SCALE = SCALE_;
    static const int LANES = CHANNELS_ * SCALE_ * SCALE_;
    typedef Block<Lane, LANES> Pixel;
};

// A value in raster order, one low-resolution pixel after the other.
template <class VALUE> using Stream = hls::stream<typename VALUE::Pixel>;

// Rows or columns of a picture, and a number of low-resolution pixels.
typedef Unsigned<16> Size;
typedef int Count;

// A memory that is read and written by one loop must not be read again before it is written:
// this many iterations at least lie between a write and the read of the same word, whatever
// the picture's width.
static const int DISTANCE = 8;

// The word in which parameters travel, and what it takes to hold a shift of -31 to 31.
typedef Signed<32> Word;
typedef Signed<6> Shift;

} // namespace srq

#endif
