// All inner kernels of an instruction set.
#pragma once

#include "kernels/dense.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/lines.hpp"

namespace srq {
namespace {

// As many multiply-adds as the instruction set can do, in registers and nothing else.
template <class Isa>
int64_t multiply_adds(int64_t rounds) {
  constexpr int kChains = 12;  // enough to hide the latency, few enough for 16 registers
  typename Isa::Sums sums[kChains];
  SRQ_UNROLL
  for (int c = 0; c < kChains; ++c) sums[c] = Isa::splat(0);
  auto a = Isa::splat16(3), b = Isa::splat16(-2);
  for (int64_t r = 0; r < rounds; ++r) {
    SRQ_UNROLL
    for (int c = 0; c < kChains; ++c) {
      Isa::keep(a);  // or one product would do for all
      sums[c] = Isa::dot(sums[c], a, b);
      Isa::keep(sums[c]);
    }
  }
  return rounds * kChains * Isa::kLanes;
}

template <class Isa>
constexpr Kernels kernels_of() {
  return {Inner<Isa>::kTile,
          Inner<Isa>::kGroupSize,
          Isa::kOuts,
          Isa::kBytes,
          InnerDense<Isa>::gather,
          InnerDense<Isa>::dense,
          InnerDepthwise<Isa>::depthwise,
          InnerLines::weave,
          InnerLines::multiply_add<int16_t>,
          InnerLines::multiply_add<int32_t>,
          InnerLines::requantize,
          multiply_adds<Isa>};
}

}  // namespace
}  // namespace srq
