// The contract of an instruction set: every op that the tile kernels are written over, with its
// exact meaning. An instruction set is a struct of these static functions and constants in a
// header of its own (avx2.hpp), and a source file makes its kernels of them (avx2.cpp).
// testing/ops_test.cpp instantiates OpsContract, so that a missing op or another signature does
// not compile, and compares each op with a scalar definition.
//
//   VecI16, VecI32   vectors of kLanes int16, and of kLanes / 2 int32, of the same size
//   kLanes           a multiple of 8
//   kTileVectors     VecI16 of pixels in a tile: what one call of a kernel computes
//   kDenseVectors    VecI16 of pixels in a dense micro-kernel: half of kTileVectors
//   kDenseOuts       output channels of a dense micro-kernel
//   kDotCost         vector instructions of dot_pairs
//   kQuads           whether it provides the ops on quads of bytes, and of which kind
//
// The numbers that a micro-kernel holds at once, kDenseOuts * 2 * kDenseVectors VecI32, with its
// inputs and a weight, should fit the registers.
//
// Below, r is the result, i an index of its lanes, and x[i] lane i of vector x. Several ops work
// within blocks of 128 bits, as x86 does: lanes 8b to 8b + 7 of a VecI16 and 4b to 4b + 3 of a
// VecI32 are block b, and for these ops i counts from 0 in each block. Sums are modulo 2^32.
#pragma once

#include <cstdint>

namespace srq {

template <class Ops>
struct OpsContract {
  using VecI16 = typename Ops::VecI16;
  using VecI32 = typename Ops::VecI32;

  // Memory.

  // r[i] = from[i]; `from` is at a multiple of the vector's size.
  static constexpr VecI16 (*load)(const int16_t* from) = Ops::load;

  // r[i] = from[i], at any address.
  static constexpr VecI16 (*loadu)(const int16_t* from) = Ops::loadu;

  // r[i] = from[2 * kPairs + i]; `from` is as for `load`, kPairs is -1, 0 or 1. May read the
  // vectors on both sides of `from`.
  template <int kPairs>
  static constexpr VecI16 (*shifted_load)(const int16_t* from) = Ops::template shifted_load<kPairs>;

  // A hint, or nothing: the 64 bytes at `at`, where there need be no memory, will soon be read. A
  // tile has more lines than the processor follows by itself.
  static constexpr void (*prefetch)(const int16_t* at) = Ops::prefetch;

  // to[i] = x[i], at any address.
  static constexpr void (*storeu)(int16_t* to, VecI16 x) = Ops::storeu;

  // r[i] = from[i]; `from` is at a multiple of the vector's size.
  static constexpr VecI32 (*load32)(const int32_t* from) = Ops::load32;

  // to[i] = x[i]; `to` is at a multiple of the vector's size.
  static constexpr void (*store32)(int32_t* to, VecI32 x) = Ops::store32;

  // to[0 .. kLanes): per block the four lanes of a, then the four of b. What `pack` narrows,
  // as it is.
  static constexpr void (*storeu_wide)(int32_t* to, VecI32 a, VecI32 b) = Ops::storeu_wide;

  // One number in all lanes.

  // r[i] = number.
  static constexpr VecI32 (*splat32)(int32_t number) = Ops::splat32;

  // r[i] = number, of which the lower 16 bits count.
  static constexpr VecI16 (*splat16)(int32_t number) = Ops::splat16;

  // r[2i] = the lower half of `pair`, r[2i + 1] = its upper half. As bytes: all four of it.
  static constexpr VecI16 (*splat_pair)(int32_t pair) = Ops::splat_pair;

  // Arithmetic.

  // r[i] = sums[i] + a[2i] * b[2i] + a[2i + 1] * b[2i + 1].
  static constexpr VecI32 (*dot_pairs)(VecI32 sums, VecI16 a, VecI16 b) = Ops::dot_pairs;

  // r[i] = a[i] + b[i].
  static constexpr VecI32 (*add32)(VecI32 a, VecI32 b) = Ops::add32;

  // r[i] = a[i] - b[i].
  static constexpr VecI32 (*sub32)(VecI32 a, VecI32 b) = Ops::sub32;

  // r[i] = a[i] + b[i], modulo 2^16.
  static constexpr VecI16 (*add16)(VecI16 a, VecI16 b) = Ops::add16;

  // r[i] = a[i] - b[i], modulo 2^16.
  static constexpr VecI16 (*sub16)(VecI16 a, VecI16 b) = Ops::sub16;

  // r[i] = x[i] >> counts[i], rounded down; counts are 0 to 31.
  static constexpr VecI32 (*shift_right)(VecI32 x, VecI32 counts) = Ops::shift_right;

  // r[i] = x[i] << counts[i]; counts are 0 to 31.
  static constexpr VecI32 (*shift_left)(VecI32 x, VecI32 counts) = Ops::shift_left;

  // r[i] = min(max(x[i], lo[i]), hi[i]).
  static constexpr VecI16 (*clamp)(VecI16 x, VecI16 lo, VecI16 hi) = Ops::clamp;

  // Between int16 and int32.

  // Per block: r[i] = a[i], r[4 + i] = b[i], saturated to int16.
  static constexpr VecI16 (*pack)(VecI32 a, VecI32 b) = Ops::pack;

  // As `pack`, saturated to 0 .. hi[i]; hi is 0 to 32767.
  static constexpr VecI16 (*pack_unsigned)(VecI32 a, VecI32 b, VecI16 hi) = Ops::pack_unsigned;

  // r[i] = x[2i].
  static constexpr VecI32 (*widen_even)(VecI16 x) = Ops::widen_even;

  // r[i] = x[2i + 1].
  static constexpr VecI32 (*widen_odd)(VecI16 x) = Ops::widen_odd;

  // r[2i] = the lower half of a[i], r[2i + 1] = the upper half of b[i].
  static constexpr VecI16 (*merge_halves)(VecI32 a, VecI32 b) = Ops::merge_halves;

  // The order of lanes.

  // r[2i] = a[2i], r[2i + 1] = b[2i].
  static constexpr VecI16 (*transpose_even16)(VecI16 a, VecI16 b) = Ops::transpose_even16;

  // r[2i] = a[2i + 1], r[2i + 1] = b[2i + 1].
  static constexpr VecI16 (*transpose_odd16)(VecI16 a, VecI16 b) = Ops::transpose_odd16;

  // Per block: r = a[0], b[0], a[1], b[1], ..., a[3], b[3].
  static constexpr VecI16 (*interleave_low16)(VecI16 a, VecI16 b) = Ops::interleave_low16;

  // Per block: r = a[4], b[4], a[5], b[5], ..., a[7], b[7].
  static constexpr VecI16 (*interleave_high16)(VecI16 a, VecI16 b) = Ops::interleave_high16;

  // Per block, by pairs of lanes: r = a[0], a[1], b[0], b[1], a[2], a[3], b[2], b[3].
  static constexpr VecI16 (*interleave_low_pairs)(VecI16 a, VecI16 b) = Ops::interleave_low_pairs;

  // Per block, by pairs of lanes: r = a[4], a[5], b[4], b[5], a[6], a[7], b[6], b[7].
  static constexpr VecI16 (*interleave_high_pairs)(VecI16 a, VecI16 b) = Ops::interleave_high_pairs;

  // Per block: r = a[0], b[0], a[1], b[1].
  static constexpr VecI32 (*interleave_low32)(VecI32 a, VecI32 b) = Ops::interleave_low32;

  // Per block: r = a[2], b[2], a[3], b[3].
  static constexpr VecI32 (*interleave_high32)(VecI32 a, VecI32 b) = Ops::interleave_high32;

  // Per block: r = x[0], x[4], x[1], x[5], x[2], x[6], x[3], x[7]. Of pack(a, b): the lanes of
  // a and b interleaved.
  static constexpr VecI16 (*interleave_halves)(VecI16 x) = Ops::interleave_halves;

  // For measuring.

  // Changes nothing, but the compiler must take x for another value. A template: x may be a
  // VecI16 as well.
  static constexpr void (*do_not_optimize)(VecI32& x) = Ops::do_not_optimize;
};

// What an instruction set with quads provides besides. The bytes of a VecI16 are numbered in the
// order of memory: byte 2i is the lower half of lane i.
template <class Ops>
struct QuadOpsContract {
  using VecI16 = typename Ops::VecI16;

  // Per block, as bytes: r[i] = a[i], r[8 + i] = b[i], saturated to uint8.
  static constexpr VecI16 (*pack_bytes)(VecI16 a, VecI16 b) = Ops::pack_bytes;
};

// The product, with Quads::exact.
template <class Ops>
struct ExactQuadOpsContract {
  using VecI16 = typename Ops::VecI16;
  using VecI32 = typename Ops::VecI32;

  // r[i] = sums[i] + the four products of a's bytes 4i to 4i + 3, as uint8, and b's, as int8.
  static constexpr VecI32 (*dot_quads)(VecI32 sums, VecI16 a, VecI16 b) = Ops::dot_quads;
};

// The product, with Quads::chunks.
template <class Ops>
struct ChunkOpsContract {
  using VecI16 = typename Ops::VecI16;

  // r[i] = the two products of a's bytes 2i and 2i + 1, as uint8, and b's, as int8; their sum is
  // saturated to int16.
  static constexpr VecI16 (*multiply_bytes)(VecI16 a, VecI16 b) = Ops::multiply_bytes;
};

}  // namespace srq
