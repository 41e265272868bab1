#include "run/schedule.hpp"

#include <algorithm>

namespace srq {
namespace {

int divided_up(int a, int b) { return (a + b - 1) / b; }

// Which stage makes each value; -1 for those that exist only inside a stage.
std::vector<int> makers(const Program& program, const Stages& stages) {
  std::vector<int> maker(program.ops.size(), -1);
  for (size_t s = 0; s < stages.size(); ++s) {
    if (stages[s]->value >= 0) maker[stages[s]->value] = int(s);
  }
  return maker;
}

}  // namespace

Schedule schedule(const Program& program, const Stages& stages) {
  const std::vector<int> maker = makers(program, stages);
  Schedule made;
  made.timings.resize(stages.size());
  made.buffers.assign(program.ops.size(), LineBufferShape{0, 1, false});

  for (size_t s = 0; s < stages.size(); ++s) {
    Timing& timing = made.timings[s];
    for (const Read& read : stages[s]->reads) {
      const int scale = program.ops[read.value].scale;
      const Timing& source = made.timings[maker[read.value]];
      timing.delay = std::max(timing.delay, source.delay + divided_up(read.bottom, scale));
    }
    made.longest_delay = std::max(made.longest_delay, timing.delay);
  }

  for (size_t s = stages.size(); s-- > 0;) {
    const Timing& timing = made.timings[s];
    for (const Read& read : stages[s]->reads) {
      const Op& op = program.ops[read.value];
      Timing& source = made.timings[maker[read.value]];
      source.above = std::max(source.above, timing.above + divided_up(read.top, op.scale));
      source.below = std::max(source.below, timing.below + divided_up(read.bottom, op.scale));
      source.before = std::max(source.before, timing.before + divided_up(read.left, op.scale));
      source.after = std::max(source.after, timing.after + divided_up(read.right, op.scale));
      LineBufferShape& buffer = made.buffers[read.value];
      buffer.channels = op.channels;
      buffer.wide = op.accumulator || !op.format.fits_int16();
      // From the oldest line read in a tick to the newest made in it.
      const int lines = op.scale * (timing.delay - source.delay + 1) + read.top;
      buffer.lines = std::max(buffer.lines, lines);
    }
    made.before = std::max(made.before, timing.before);
    made.after = std::max(made.after, timing.after);
  }
  return made;
}

}  // namespace srq
