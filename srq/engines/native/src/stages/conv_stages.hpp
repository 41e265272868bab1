// Convolutions of int16 values, by vector kernels.
#pragma once

#include "plan/fusion.hpp"
#include "stages/stage.hpp"

namespace srq {

std::unique_ptr<Stage> conv_stage(const Program& program, const Fusion& fusion,
                                  const Kernels& kernels);

}  // namespace srq
