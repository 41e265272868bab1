#include "run/schedule.hpp"

#include <algorithm>
#include <stdexcept>

namespace srq {

Schedule make_schedule(const Program& program, const Stages& stages) {
  Schedule made;
  made.buffers.assign(program.ops.size(), LineBufferShape{0, 1, false});
  for (const auto& stage : stages) {
    Beyond beyond;
    if (stage->value >= 0) {
      beyond = {program.ops[stage->value].above, program.ops[stage->value].below};
    }
    made.beyond.push_back(beyond);
    for (const Read& read : stage->reads) {
      const Op& op = program.ops[read.value];
      // A stage that enlarges lags whole lines of what it reads.
      const int wait = stage->lag / (stage->scale / op.scale) - op.lag;
      if (wait < read.bottom) throw std::invalid_argument("a line is read before it is made");
      LineBufferShape& buffer = made.buffers[read.value];
      buffer.channels = op.channels;
      buffer.wide = op.accumulator || !op.format.fits_int16();
      // From the oldest line read in a tick to the newest made in it.
      buffer.lines = std::max(buffer.lines, op.scale + wait + read.top);
    }
  }
  return made;
}

}  // namespace srq
