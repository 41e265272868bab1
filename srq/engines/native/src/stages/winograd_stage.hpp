// 3x3 convolutions by Winograd's minimal filtering.
#pragma once

#include "plan/fusion.hpp"
#include "stages/stage.hpp"

namespace srq {

// Null where another stage must make, or makes as fast, what the fusion does.
std::unique_ptr<Stage> winograd_stage(const Program& program, const Fusion& fusion,
                                      const Kernels& kernels);

}  // namespace srq
