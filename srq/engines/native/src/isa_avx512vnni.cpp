#include "avx512.hpp"

namespace srq {
namespace {

struct Avx512Vnni : Avx512 {
  static Sums dot(Sums sums, Words a, Words b) {
    // The intrinsic makes GCC 12 copy every sum before and after.
    asm("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
    return sums;
  }
};

}  // namespace

extern const Kernels kAvx512Vnni = kernels_of<Avx512Vnni>();

}  // namespace srq
