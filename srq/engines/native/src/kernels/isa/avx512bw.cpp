#include "kernels/isa/avx512.hpp"

namespace srq {
namespace {

struct Avx512Bw : Avx512 {
  static Sums dot(Sums sums, Words a, Words b) {
    return _mm512_add_epi32(sums, _mm512_madd_epi16(a, b));
  }
};

}  // namespace

extern const Kernels kAvx512Bw = kernels_of<Avx512Bw>();

}  // namespace srq
