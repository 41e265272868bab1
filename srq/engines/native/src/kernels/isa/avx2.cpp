// AVX2: 16 int16 in a vector, vpmaddwd and an addition for the dot product.
#include <immintrin.h>

#include "kernels/kernels_of.hpp"

namespace srq {
namespace {

struct Avx2 {
  static constexpr int kLanes = 16;
  static constexpr int kBlocks = 2;
  static constexpr int kDenseBlocks = 1;
  static constexpr int kOuts = 4;
  static constexpr bool kBytes = false;
  using Words = __m256i;
  using Sums = __m256i;

  static Words load(const int16_t* from) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
  }
  static Words loadu(const int16_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  template <int kPairs>
  static Words beside(const int16_t* at) {
    return loadu(at + 2 * kPairs);
  }
  static void store(int16_t* to, Words words) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), words);
  }
  static Sums splat(int32_t number) { return _mm256_set1_epi32(number); }
  static Words splat16(int32_t number) { return _mm256_set1_epi16(int16_t(number)); }
  static Words splat_pair(int32_t pair) { return _mm256_set1_epi32(pair); }
  static Sums dot(Sums sums, Words a, Words b) {
    return _mm256_add_epi32(sums, _mm256_madd_epi16(a, b));
  }
  static Sums add(Sums a, Sums b) { return _mm256_add_epi32(a, b); }
  static Sums shift_right(Sums sums, Sums count) { return _mm256_srav_epi32(sums, count); }
  static Sums shift_left(Sums sums, Sums count) { return _mm256_sllv_epi32(sums, count); }
  static Words pack(Sums a, Sums b) { return _mm256_packs_epi32(a, b); }
  static Words pack_unsigned(Sums a, Sums b) { return _mm256_packus_epi32(a, b); }
  static Words by_turns(Words packed) {
    return _mm256_shuffle_epi8(packed, _mm256_broadcastsi128_si256(_mm_setr_epi8(
                                           0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15)));
  }
  static Words blend(Sums a, Sums b) { return _mm256_blend_epi16(a, b, 0xAA); }
  static Words clamp(Words words, Words lo, Words hi) {
    return _mm256_min_epi16(_mm256_max_epi16(words, lo), hi);
  }
  static Words clamp_unsigned(Words words, Words hi) { return _mm256_min_epu16(words, hi); }
  static Sums even(Words words) { return _mm256_srai_epi32(_mm256_slli_epi32(words, 16), 16); }
  static Sums odd(Words words) { return _mm256_srai_epi32(words, 16); }
  static __m256i low(__m256i a, __m256i b) { return _mm256_unpacklo_epi32(a, b); }
  static __m256i high(__m256i a, __m256i b) { return _mm256_unpackhi_epi32(a, b); }
  static Words pair_low(Words a, Words b) { return _mm256_unpacklo_epi16(a, b); }
  static Words pair_high(Words a, Words b) { return _mm256_unpackhi_epi16(a, b); }
  static void store_exact(int32_t* to, Sums a, Sums b) {
    auto* out = reinterpret_cast<__m256i*>(to);
    _mm256_storeu_si256(out, _mm256_permute2x128_si256(a, b, 0x20));
    _mm256_storeu_si256(out + 1, _mm256_permute2x128_si256(a, b, 0x31));
  }
  static void keep(Sums& sums) { asm volatile("" : "+x"(sums)); }
};

}  // namespace

extern const Kernels kAvx2 = kernels_of<Avx2>();

}  // namespace srq
