// The kernels of an instruction set, made of its ops.
#pragma once

#include "kernels/dense.hpp"
#include "kernels/depthwise.hpp"
#include "kernels/lines.hpp"
#include "kernels/winograd.hpp"

namespace srq {
namespace {

// Dot products of registers, and nothing else.
template <class Ops>
int64_t peak_multiply_adds(int64_t rounds) {
  constexpr int kChains = 12;  // enough to hide the latency, few enough for 16 registers
  typename Ops::VecI32 sums[kChains];
  SRQ_UNROLL
  for (int c = 0; c < kChains; ++c) sums[c] = Ops::splat32(0);
  auto a = Ops::splat16(3), b = Ops::splat16(-2);
  for (int64_t r = 0; r < rounds; ++r) {
    SRQ_UNROLL
    for (int c = 0; c < kChains; ++c) {
      Ops::do_not_optimize(a);  // or one product would do for all
      sums[c] = Ops::dot_pairs(sums[c], a, b);
      Ops::do_not_optimize(sums[c]);
    }
  }
  return rounds * kChains * Ops::kLanes;
}

template <class Ops>
constexpr Kernels kernels_of() {
  return {TileKernel<Ops>::kTile,
          TileKernel<Ops>::kTupleSize,
          Ops::kDotCost,
          Ops::kDenseOuts,
          Ops::kQuads,
          DenseKernel<Ops>::im2col,
          DenseKernel<Ops>::dense,
          DepthwiseKernel<Ops>::depthwise,
          WinogradKernel<Ops>::inputs,
          WinogradKernel<Ops>::winograd,
          LineKernels::interleave,
          LineKernels::multiply_add<int16_t>,
          LineKernels::multiply_add<int32_t>,
          LineKernels::requantize,
          peak_multiply_adds<Ops>};
}

}  // namespace
}  // namespace srq
