// AVX-512BW: vpmaddwd and an addition for the dot product.
#pragma once

#include "kernels/isa/avx512.hpp"

namespace srq {
namespace {

struct Avx512BwOps : Avx512Ops {
  static VecI32 dot_pairs(VecI32 sums, VecI16 a, VecI16 b) {
    return _mm512_add_epi32(sums, _mm512_madd_epi16(a, b));
  }
};

}  // namespace
}  // namespace srq
