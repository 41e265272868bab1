// AVX-512: 32 int16 in a vector. What avx512bw and avx512vnni have in common: all but the dot
// product.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/kernels.hpp"

namespace srq {
namespace {

struct Avx512Ops {
  static constexpr int kLanes = 32;
  static constexpr int kTileVectors = 4;
  static constexpr int kDenseVectors = 2;
  static constexpr int kDenseOuts = 4;
  static constexpr int kDotCost = 2;
  static constexpr Quads kQuads = Quads::none;
  using VecI16 = __m512i;
  using VecI32 = __m512i;

  static constexpr __mmask32 kOddLanes = 0xAAAAAAAA;

  static VecI16 load(const int16_t* from) { return _mm512_load_si512(from); }
  static VecI16 loadu(const int16_t* from) { return _mm512_loadu_si512(from); }
  template <int kPairs>
  static VecI16 shifted_load(const int16_t* from) {
    // From aligned loads: those across cache lines cost two each.
    if constexpr (kPairs < 0) {
      return _mm512_alignr_epi32(load(from), load(from - kLanes), 16 + kPairs);
    }
    if constexpr (kPairs > 0) return _mm512_alignr_epi32(load(from + kLanes), load(from), kPairs);
    return load(from);
  }
  static void prefetch(const int16_t*) {}
  static void storeu(int16_t* to, VecI16 x) { _mm512_storeu_si512(to, x); }
  static void storeu_wide(int32_t* to, VecI32 a, VecI32 b) {
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i last = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    _mm512_storeu_si512(to, _mm512_permutex2var_epi64(a, first, b));
    _mm512_storeu_si512(to + 16, _mm512_permutex2var_epi64(a, last, b));
  }

  static VecI32 load32(const int32_t* from) { return _mm512_load_si512(from); }
  static void store32(int32_t* to, VecI32 x) { _mm512_store_si512(to, x); }

  static VecI32 splat32(int32_t number) { return _mm512_set1_epi32(number); }
  static VecI16 splat16(int32_t number) { return _mm512_set1_epi16(int16_t(number)); }
  static VecI16 splat_pair(int32_t pair) { return _mm512_set1_epi32(pair); }

  static VecI32 add32(VecI32 a, VecI32 b) { return _mm512_add_epi32(a, b); }
  static VecI32 sub32(VecI32 a, VecI32 b) { return _mm512_sub_epi32(a, b); }
  static VecI16 add16(VecI16 a, VecI16 b) { return _mm512_add_epi16(a, b); }
  static VecI16 sub16(VecI16 a, VecI16 b) { return _mm512_sub_epi16(a, b); }
  static VecI32 shift_right(VecI32 x, VecI32 counts) { return _mm512_srav_epi32(x, counts); }
  static VecI32 shift_left(VecI32 x, VecI32 counts) { return _mm512_sllv_epi32(x, counts); }
  static VecI16 clamp(VecI16 x, VecI16 lo, VecI16 hi) {
    return _mm512_min_epi16(_mm512_max_epi16(x, lo), hi);
  }

  static VecI16 pack(VecI32 a, VecI32 b) { return _mm512_packs_epi32(a, b); }
  static VecI16 pack_unsigned(VecI32 a, VecI32 b, VecI16 hi) {
    return _mm512_min_epu16(_mm512_packus_epi32(a, b), hi);
  }
  static VecI32 widen_even(VecI16 x) { return _mm512_srai_epi32(_mm512_slli_epi32(x, 16), 16); }
  static VecI32 widen_odd(VecI16 x) { return _mm512_srai_epi32(x, 16); }
  static VecI16 merge_halves(VecI32 a, VecI32 b) {
    return _mm512_mask_blend_epi16(kOddLanes, a, b);
  }

  static VecI16 transpose_even16(VecI16 a, VecI16 b) {
    return _mm512_mask_blend_epi16(kOddLanes, a, _mm512_slli_epi32(b, 16));
  }
  static VecI16 transpose_odd16(VecI16 a, VecI16 b) {
    return _mm512_mask_blend_epi16(kOddLanes, _mm512_srli_epi32(a, 16), b);
  }
  static VecI16 interleave_low16(VecI16 a, VecI16 b) { return _mm512_unpacklo_epi16(a, b); }
  static VecI16 interleave_high16(VecI16 a, VecI16 b) { return _mm512_unpackhi_epi16(a, b); }
  static VecI16 interleave_low_pairs(VecI16 a, VecI16 b) { return _mm512_unpacklo_epi32(a, b); }
  static VecI16 interleave_high_pairs(VecI16 a, VecI16 b) { return _mm512_unpackhi_epi32(a, b); }
  static VecI32 interleave_low32(VecI32 a, VecI32 b) { return _mm512_unpacklo_epi32(a, b); }
  static VecI32 interleave_high32(VecI32 a, VecI32 b) { return _mm512_unpackhi_epi32(a, b); }
  static VecI16 interleave_halves(VecI16 x) {
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4,
                                                                       5, 12, 13, 6, 7, 14, 15)));
  }

  template <class Vector>
  static void do_not_optimize(Vector& x) {
    asm volatile("" : "+v"(x));
  }
};

}  // namespace
}  // namespace srq
