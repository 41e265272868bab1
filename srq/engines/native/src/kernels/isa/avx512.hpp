// AVX-512: 32 int16 in a vector. With VNNI a dot product is one instruction.
#pragma once

#include <immintrin.h>

#include "kernels/kernels_of.hpp"

namespace srq {
namespace {

struct Avx512 {
  static constexpr int kLanes = 32;
  static constexpr int kBlocks = 4;
  static constexpr int kDenseBlocks = 2;
  static constexpr int kOuts = 4;
  static constexpr bool kBytes = false;
  using Words = __m512i;
  using Sums = __m512i;

  static constexpr __mmask32 kOdd = 0xAAAAAAAA;

  static Words load(const int16_t* from) { return _mm512_load_si512(from); }
  static Words loadu(const int16_t* from) { return _mm512_loadu_si512(from); }
  template <int kPairs>
  static Words beside(const int16_t* at) {
    // From aligned loads: those across cache lines cost two each.
    if constexpr (kPairs < 0) return _mm512_alignr_epi32(load(at), load(at - kLanes), 16 + kPairs);
    if constexpr (kPairs > 0) return _mm512_alignr_epi32(load(at + kLanes), load(at), kPairs);
    return load(at);
  }
  static void store(int16_t* to, Words words) { _mm512_storeu_si512(to, words); }
  static Sums splat(int32_t number) { return _mm512_set1_epi32(number); }
  static Words splat16(int32_t number) { return _mm512_set1_epi16(int16_t(number)); }
  static Words splat_pair(int32_t pair) { return _mm512_set1_epi32(pair); }
  static Sums add(Sums a, Sums b) { return _mm512_add_epi32(a, b); }
  static Sums shift_right(Sums sums, Sums count) { return _mm512_srav_epi32(sums, count); }
  static Sums shift_left(Sums sums, Sums count) { return _mm512_sllv_epi32(sums, count); }
  static Words pack(Sums a, Sums b) { return _mm512_packs_epi32(a, b); }
  static Words pack_unsigned(Sums a, Sums b) { return _mm512_packus_epi32(a, b); }
  static Words by_turns(Words packed) {
    return _mm512_shuffle_epi8(packed, _mm512_broadcast_i32x4(_mm_setr_epi8(
                                           0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15)));
  }
  static Words blend(Sums a, Sums b) { return _mm512_mask_blend_epi16(kOdd, a, b); }
  static Words clamp(Words words, Words lo, Words hi) {
    return _mm512_min_epi16(_mm512_max_epi16(words, lo), hi);
  }
  static Words clamp_unsigned(Words words, Words hi) { return _mm512_min_epu16(words, hi); }
  static Sums even(Words words) { return _mm512_srai_epi32(_mm512_slli_epi32(words, 16), 16); }
  static Sums odd(Words words) { return _mm512_srai_epi32(words, 16); }
  static __m512i low(__m512i a, __m512i b) { return _mm512_unpacklo_epi32(a, b); }
  static __m512i high(__m512i a, __m512i b) { return _mm512_unpackhi_epi32(a, b); }
  static Words pair_low(Words a, Words b) { return _mm512_unpacklo_epi16(a, b); }
  static Words pair_high(Words a, Words b) { return _mm512_unpackhi_epi16(a, b); }
  static void store_exact(int32_t* to, Sums a, Sums b) {
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i last = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    _mm512_storeu_si512(to, _mm512_permutex2var_epi64(a, first, b));
    _mm512_storeu_si512(to + 16, _mm512_permutex2var_epi64(a, last, b));
  }
  static void keep(Sums& sums) { asm volatile("" : "+v"(sums)); }
};

}  // namespace
}  // namespace srq
