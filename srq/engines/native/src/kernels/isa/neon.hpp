// NEON: 8 int16 in a vector; a dot product is two widening multiplications and a pairwise sum.
#pragma once

#include <arm_neon.h>

#include <cstdint>

#include "kernels/kernels.hpp"

namespace srq {
namespace {

struct NeonOps {
  static constexpr int kLanes = 8;
  static constexpr int kTileVectors = 2;
  static constexpr int kDenseVectors = 1;
  static constexpr int kDenseOuts = 8;
  static constexpr int kDotCost = 4;
  static constexpr Quads kQuads = Quads::none;
  using VecI16 = int16x8_t;
  using VecI32 = int32x4_t;

  static VecI16 load(const int16_t* from) { return vld1q_s16(from); }
  static VecI16 loadu(const int16_t* from) { return vld1q_s16(from); }
  template <int kPairs>
  static VecI16 shifted_load(const int16_t* from) {
    return loadu(from + 2 * kPairs);
  }
  static void prefetch(const int16_t*) {}
  static void storeu(int16_t* to, VecI16 x) { vst1q_s16(to, x); }
  static void storeu_wide(int32_t* to, VecI32 a, VecI32 b) {
    vst1q_s32(to, a);
    vst1q_s32(to + 4, b);
  }

  static VecI32 load32(const int32_t* from) { return vld1q_s32(from); }
  static void store32(int32_t* to, VecI32 x) { vst1q_s32(to, x); }

  static VecI32 splat32(int32_t number) { return vdupq_n_s32(number); }
  static VecI16 splat16(int32_t number) { return vdupq_n_s16(int16_t(number)); }
  static VecI16 splat_pair(int32_t pair) { return vreinterpretq_s16_s32(vdupq_n_s32(pair)); }

  static VecI32 dot_pairs(VecI32 sums, VecI16 a, VecI16 b) {
    const int32x4_t low = vmull_s16(vget_low_s16(a), vget_low_s16(b));
    const int32x4_t high = vmull_high_s16(a, b);
    return vaddq_s32(sums, vpaddq_s32(low, high));
  }
  static VecI32 add32(VecI32 a, VecI32 b) { return vaddq_s32(a, b); }
  static VecI32 sub32(VecI32 a, VecI32 b) { return vsubq_s32(a, b); }
  static VecI16 add16(VecI16 a, VecI16 b) { return vaddq_s16(a, b); }
  static VecI16 sub16(VecI16 a, VecI16 b) { return vsubq_s16(a, b); }
  static VecI32 shift_right(VecI32 x, VecI32 counts) { return vshlq_s32(x, vnegq_s32(counts)); }
  static VecI32 shift_left(VecI32 x, VecI32 counts) { return vshlq_s32(x, counts); }
  static VecI16 clamp(VecI16 x, VecI16 lo, VecI16 hi) { return vminq_s16(vmaxq_s16(x, lo), hi); }

  static VecI16 pack(VecI32 a, VecI32 b) { return vcombine_s16(vqmovn_s32(a), vqmovn_s32(b)); }
  static VecI16 pack_unsigned(VecI32 a, VecI32 b, VecI16 hi) {
    const uint16x8_t packed = vcombine_u16(vqmovun_s32(a), vqmovun_s32(b));
    return vreinterpretq_s16_u16(vminq_u16(packed, vreinterpretq_u16_s16(hi)));
  }
  static VecI32 widen_even(VecI16 x) {
    return vshrq_n_s32(vshlq_n_s32(vreinterpretq_s32_s16(x), 16), 16);
  }
  static VecI32 widen_odd(VecI16 x) { return vshrq_n_s32(vreinterpretq_s32_s16(x), 16); }
  static VecI16 merge_halves(VecI32 a, VecI32 b) {
    const int16x8_t upper = vreinterpretq_s16_s32(vshrq_n_s32(b, 16));
    return vtrn1q_s16(vreinterpretq_s16_s32(a), upper);
  }

  static VecI16 transpose_even16(VecI16 a, VecI16 b) { return vtrn1q_s16(a, b); }
  static VecI16 transpose_odd16(VecI16 a, VecI16 b) { return vtrn2q_s16(a, b); }
  static VecI16 interleave_low16(VecI16 a, VecI16 b) { return vzip1q_s16(a, b); }
  static VecI16 interleave_high16(VecI16 a, VecI16 b) { return vzip2q_s16(a, b); }
  static VecI16 interleave_low_pairs(VecI16 a, VecI16 b) {
    return vreinterpretq_s16_s32(
        interleave_low32(vreinterpretq_s32_s16(a), vreinterpretq_s32_s16(b)));
  }
  static VecI16 interleave_high_pairs(VecI16 a, VecI16 b) {
    return vreinterpretq_s16_s32(
        interleave_high32(vreinterpretq_s32_s16(a), vreinterpretq_s32_s16(b)));
  }
  static VecI32 interleave_low32(VecI32 a, VecI32 b) { return vzip1q_s32(a, b); }
  static VecI32 interleave_high32(VecI32 a, VecI32 b) { return vzip2q_s32(a, b); }
  static VecI16 interleave_halves(VecI16 x) {
    return vzip1q_s16(x, vcombine_s16(vget_high_s16(x), vget_high_s16(x)));
  }

  template <class Vector>
  static void do_not_optimize(Vector& x) {
    asm volatile("" : "+w"(x));
  }
};

}  // namespace
}  // namespace srq
