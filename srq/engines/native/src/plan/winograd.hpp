// The numbers of a 3x3 convolution that runs by Winograd's minimal filtering.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/kernels.hpp"
#include "plan/program.hpp"

namespace srq {

struct WinogradLayer {
  std::vector<int32_t> weights;  // in the order of srq::Winograd
  std::vector<int32_t> bias;     // of four times the sums, with what `center` takes from them
  int pairs;
  int outs;
  int center;
};

// The op whose values, shifted left, are added to the sums; null where there is none.
struct Summand {
  const Op* op;
  int shift;
};

// The convolution `op`, or nothing where it is of another shape, where its numbers or its sums
// would not fit, or where direct sums are as fast.
//
// `source`: the op that makes its inputs. `shifts`: left shifts of the sums, per channel, which
// weights and bias take over. `rounding`: right shifts of the sums, per channel or one for all.
std::optional<WinogradLayer> winograd_layer(const Op& op, const Op& source,
                                            const std::vector<int>& shifts, const Summand& more,
                                            const std::vector<int>& rounding,
                                            const Kernels& kernels);

}  // namespace srq
