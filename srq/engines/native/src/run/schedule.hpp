// When each stage makes which lines, and how many lines of each value are kept for it.
//
// At tick t low-resolution line t comes in, or would come after the last. A stage of scale g then
// makes the lines g * t - lag to g * t - lag + g - 1 of its grid, one stage after the other. Lags
// and what a region needs beyond itself are the Program's (srq/dataflow): the stages that ops have
// become keep them.
#pragma once

#include <vector>

#include "stages/stage.hpp"

namespace srq {

// Lines of a stage's grid beyond a region's that it must make.
struct Beyond {
  int above = 0;
  int below = 0;
};

struct Schedule {
  std::vector<Beyond> beyond;            // per stage
  std::vector<LineBufferShape> buffers;  // per op; of no channels where no stage makes its value
};

// Throws std::invalid_argument where a stage would read a line before it is made.
Schedule make_schedule(const Program& program, const Stages& stages);

}  // namespace srq
