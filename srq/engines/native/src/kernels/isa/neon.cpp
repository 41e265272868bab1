// NEON: 8 int16 in a vector; a dot product is two widening multiplications and a pairwise sum.
#include <arm_neon.h>

#include "kernels/kernels_of.hpp"

namespace srq {
namespace {

struct Neon {
  static constexpr int kLanes = 8;
  static constexpr int kBlocks = 2;
  static constexpr int kDenseBlocks = 1;
  static constexpr int kOuts = 8;
  static constexpr bool kBytes = false;
  using Words = int16x8_t;
  using Sums = int32x4_t;

  static Words load(const int16_t* from) { return vld1q_s16(from); }
  static Words loadu(const int16_t* from) { return vld1q_s16(from); }
  template <int kPairs>
  static Words beside(const int16_t* at) {
    return loadu(at + 2 * kPairs);
  }
  static void store(int16_t* to, Words words) { vst1q_s16(to, words); }
  static Sums splat(int32_t number) { return vdupq_n_s32(number); }
  static Words splat16(int32_t number) { return vdupq_n_s16(int16_t(number)); }
  static Words splat_pair(int32_t pair) { return vreinterpretq_s16_s32(vdupq_n_s32(pair)); }
  static Sums dot(Sums sums, Words a, Words b) {
    const int32x4_t low = vmull_s16(vget_low_s16(a), vget_low_s16(b));
    const int32x4_t high = vmull_high_s16(a, b);
    return vaddq_s32(sums, vpaddq_s32(low, high));
  }
  static Sums add(Sums a, Sums b) { return vaddq_s32(a, b); }
  static Sums shift_right(Sums sums, Sums count) { return vshlq_s32(sums, vnegq_s32(count)); }
  static Sums shift_left(Sums sums, Sums count) { return vshlq_s32(sums, count); }
  static Words pack(Sums a, Sums b) { return vcombine_s16(vqmovn_s32(a), vqmovn_s32(b)); }
  static Words pack_unsigned(Sums a, Sums b) {
    return vreinterpretq_s16_u16(vcombine_u16(vqmovun_s32(a), vqmovun_s32(b)));
  }
  static Words by_turns(Words packed) {
    return vzip1q_s16(packed, vcombine_s16(vget_high_s16(packed), vget_high_s16(packed)));
  }
  static Words blend(Sums a, Sums b) {
    const int16x8_t upper = vreinterpretq_s16_s32(vshrq_n_s32(b, 16));
    return vtrn1q_s16(vreinterpretq_s16_s32(a), upper);
  }
  static Words clamp(Words words, Words lo, Words hi) {
    return vminq_s16(vmaxq_s16(words, lo), hi);
  }
  static Words clamp_unsigned(Words words, Words hi) {
    return vreinterpretq_s16_u16(
        vminq_u16(vreinterpretq_u16_s16(words), vreinterpretq_u16_s16(hi)));
  }
  static Sums even(Words words) {
    return vshrq_n_s32(vshlq_n_s32(vreinterpretq_s32_s16(words), 16), 16);
  }
  static Sums odd(Words words) { return vshrq_n_s32(vreinterpretq_s32_s16(words), 16); }
  static Words low(Words a, Words b) {
    return vreinterpretq_s16_s32(low(vreinterpretq_s32_s16(a), vreinterpretq_s32_s16(b)));
  }
  static Words high(Words a, Words b) {
    return vreinterpretq_s16_s32(high(vreinterpretq_s32_s16(a), vreinterpretq_s32_s16(b)));
  }
  static Sums low(Sums a, Sums b) { return vzip1q_s32(a, b); }
  static Sums high(Sums a, Sums b) { return vzip2q_s32(a, b); }
  static Words pair_low(Words a, Words b) { return vzip1q_s16(a, b); }
  static Words pair_high(Words a, Words b) { return vzip2q_s16(a, b); }
  static void store_exact(int32_t* to, Sums a, Sums b) {
    vst1q_s32(to, a);
    vst1q_s32(to + 4, b);
  }
  template <class Vector>
  static void keep(Vector& vector) {
    asm volatile("" : "+w"(vector));
  }
};

}  // namespace

extern const Kernels kNeon = kernels_of<Neon>();

}  // namespace srq
