// AVX2: 16 int16 in a vector, vpmaddwd and an addition for the dot product.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/kernels.hpp"

namespace srq {
namespace {

struct Avx2Ops {
  static constexpr int kLanes = 16;
  static constexpr int kTileVectors = 4;
  static constexpr int kDenseVectors = 2;
  static constexpr int kDenseOuts = 2;
  static constexpr int kDotCost = 2;
  static constexpr Quads kQuads = Quads::chunks;
  using VecI16 = __m256i;
  using VecI32 = __m256i;

  static VecI16 load(const int16_t* from) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
  }
  static VecI16 loadu(const int16_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  template <int kPairs>
  static VecI16 shifted_load(const int16_t* from) {
    VecI16 r = loadu(from + 2 * kPairs);
    // Both even and odd pixels read it: GCC would load it twice.
    if constexpr (kPairs == 0) asm("" : "+x"(r));
    return r;
  }
  static void prefetch(const int16_t* at) { __builtin_prefetch(at); }
  static void storeu(int16_t* to, VecI16 x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), x);
  }
  static void storeu_wide(int32_t* to, VecI32 a, VecI32 b) {
    auto* out = reinterpret_cast<__m256i*>(to);
    _mm256_storeu_si256(out, _mm256_permute2x128_si256(a, b, 0x20));
    _mm256_storeu_si256(out + 1, _mm256_permute2x128_si256(a, b, 0x31));
  }

  static VecI32 load32(const int32_t* from) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
  }
  static void store32(int32_t* to, VecI32 x) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(to), x);
  }

  static VecI32 splat32(int32_t number) { return _mm256_set1_epi32(number); }
  static VecI16 splat16(int32_t number) { return _mm256_set1_epi16(int16_t(number)); }
  static VecI16 splat_pair(int32_t pair) { return _mm256_set1_epi32(pair); }

  static VecI32 dot_pairs(VecI32 sums, VecI16 a, VecI16 b) {
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(a, b));
    // Else GCC adds products to each other first, and spills what waits to be added.
    asm("" : "+x"(sums));
    return sums;
  }
  static VecI32 add32(VecI32 a, VecI32 b) { return _mm256_add_epi32(a, b); }
  static VecI32 sub32(VecI32 a, VecI32 b) { return _mm256_sub_epi32(a, b); }
  static VecI16 add16(VecI16 a, VecI16 b) {
    a = _mm256_add_epi16(a, b);
    asm("" : "+x"(a));  // as in dot_pairs
    return a;
  }
  static VecI16 sub16(VecI16 a, VecI16 b) { return _mm256_sub_epi16(a, b); }
  static VecI32 shift_right(VecI32 x, VecI32 counts) { return _mm256_srav_epi32(x, counts); }
  static VecI32 shift_left(VecI32 x, VecI32 counts) { return _mm256_sllv_epi32(x, counts); }
  static VecI16 clamp(VecI16 x, VecI16 lo, VecI16 hi) {
    return _mm256_min_epi16(_mm256_max_epi16(x, lo), hi);
  }

  static VecI16 pack(VecI32 a, VecI32 b) { return _mm256_packs_epi32(a, b); }
  static VecI16 pack_unsigned(VecI32 a, VecI32 b, VecI16 hi) {
    return _mm256_min_epu16(_mm256_packus_epi32(a, b), hi);
  }
  static VecI32 widen_even(VecI16 x) { return _mm256_srai_epi32(_mm256_slli_epi32(x, 16), 16); }
  static VecI32 widen_odd(VecI16 x) { return _mm256_srai_epi32(x, 16); }
  static VecI16 merge_halves(VecI32 a, VecI32 b) { return _mm256_blend_epi16(a, b, 0xAA); }

  static VecI16 transpose_even16(VecI16 a, VecI16 b) {
    return _mm256_blend_epi16(a, _mm256_slli_epi32(b, 16), 0xAA);
  }
  static VecI16 transpose_odd16(VecI16 a, VecI16 b) {
    return _mm256_blend_epi16(_mm256_srli_epi32(a, 16), b, 0xAA);
  }
  static VecI16 interleave_low16(VecI16 a, VecI16 b) { return _mm256_unpacklo_epi16(a, b); }
  static VecI16 interleave_high16(VecI16 a, VecI16 b) { return _mm256_unpackhi_epi16(a, b); }
  static VecI16 interleave_low_pairs(VecI16 a, VecI16 b) { return _mm256_unpacklo_epi32(a, b); }
  static VecI16 interleave_high_pairs(VecI16 a, VecI16 b) { return _mm256_unpackhi_epi32(a, b); }
  static VecI32 interleave_low32(VecI32 a, VecI32 b) { return _mm256_unpacklo_epi32(a, b); }
  static VecI32 interleave_high32(VecI32 a, VecI32 b) { return _mm256_unpackhi_epi32(a, b); }
  static VecI16 interleave_halves(VecI16 x) {
    return _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(_mm_setr_epi8(
                                      0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15)));
  }

  static VecI16 multiply_bytes(VecI16 a, VecI16 b) { return _mm256_maddubs_epi16(a, b); }
  static VecI16 pack_bytes(VecI16 a, VecI16 b) { return _mm256_packus_epi16(a, b); }

  template <class Vector>
  static void do_not_optimize(Vector& x) {
    asm volatile("" : "+x"(x));
  }
};

}  // namespace
}  // namespace srq
