#include "avx512.hpp"

namespace srq {
namespace {

struct Avx512Vnni : Avx512 {
  static Sums dot(Sums sums, Words a, Words b) { return _mm512_dpwssd_epi32(sums, a, b); }
};

}  // namespace

extern const Kernels kAvx512Vnni = Inner<Avx512Vnni>::table();

}  // namespace srq
