// Convolutions of int16 values, by vector kernels.
#pragma once

#include "fusion.hpp"
#include "stage.hpp"

namespace srq {

std::unique_ptr<Stage> conv_stage(const Program& program, const Fusion& fusion,
                                  const Kernels& kernels);

}  // namespace srq
