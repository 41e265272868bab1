#include "kernels/isa/avx512.hpp"

namespace srq {
namespace {

struct Avx512Vnni : Avx512 {
  static constexpr bool kBytes = true;

  static Sums dot(Sums sums, Words a, Words b) {
    // The intrinsic makes GCC 12 copy every sum before and after.
    asm("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
    return sums;
  }

  static Sums dot_bytes(Sums sums, Words a, Words b) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
    return sums;
  }
  static Words add_words(Words a, Words b) { return _mm512_add_epi16(a, b); }
  static Words pack_bytes(Words a, Words b) { return _mm512_packus_epi16(a, b); }
};

}  // namespace

extern const Kernels kAvx512Vnni = kernels_of<Avx512Vnni>();

}  // namespace srq
