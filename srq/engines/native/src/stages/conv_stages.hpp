// Convolutions of int16 values, by vector kernels.
#pragma once

#include "plan/fusion.hpp"
#include "stages/stage.hpp"

namespace srq {

// A value's line y as a target, from pixel 0 of a channel on.
Target target_of(const Workspace& workspace, int value, int64_t y, int channel);

// What a fusion's stage reads.
std::vector<Read> reads_of(const Program& program, const Fusion& fusion);

// The left shifts of the exact sums, per channel: where another op rounds them.
std::vector<int> shifts_of(const Program& program, const Fusion& fusion);

std::unique_ptr<Stage> conv_stage(const Program& program, const Fusion& fusion,
                                  const Kernels& kernels);

}  // namespace srq
