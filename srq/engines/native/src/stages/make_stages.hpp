// From a Program to stages.
#pragma once

#include "stages/stage.hpp"

namespace srq {

// The stages of `program`, in the order in which they must run.
Stages make_stages(const Program& program, const Kernels& kernels);

}  // namespace srq
