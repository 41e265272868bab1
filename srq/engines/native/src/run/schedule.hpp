// When each stage makes which lines, and how many lines of each value are kept for it.
//
// Time goes by low-resolution lines: at tick t a stage makes line t - delay (at scale g: g
// lines), one stage after the other.
#pragma once

#include <vector>

#include "stages/stage.hpp"

namespace srq {

struct Timing {
  int delay = 0;  // low-resolution lines
  int above = 0;  // lines and columns beyond a region that it must make
  int below = 0;
  int before = 0;
  int after = 0;
};

struct Schedule {
  std::vector<Timing> timings;           // per stage
  std::vector<LineBufferShape> buffers;  // per op; of no channels where no stage makes its value
  int longest_delay = 0;
  int before = 0;  // columns beyond a region that its first stage must see
  int after = 0;
};

Schedule schedule(const Program& program, const Stages& stages);

}  // namespace srq
