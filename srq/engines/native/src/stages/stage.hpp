// A stage makes lines of one value from lines of others. Ops become stages in
// make_stages.cpp: most one by one, some together.
#pragma once

#include <memory>
#include <vector>

#include "kernels/kernels.hpp"
#include "plan/program.hpp"
#include "stages/workspace.hpp"

namespace srq {

// A value that a stage reads, and how many lines above and below the one that it makes.
struct Read {
  int value;
  int top = 0;
  int bottom = 0;
};

// Memory that a stage keeps from line to line, for each thread.
struct StageState {
  virtual ~StageState() = default;
};

class Stage {
 public:
  // value: the op whose value it makes, or -1 if it writes the picture.
  // scale: of the grid whose lines it makes one by one.
  // lag: lines of that grid by which it lags the input.
  Stage(int value, int scale, int lag, std::vector<Read> reads)
      : value(value), scale(scale), lag(lag), reads(std::move(reads)) {}
  virtual ~Stage() = default;

  // Called before the first line of each region.
  virtual void begin(StageState*) const {}

  // Line y of its grid, of `width` pixels. The caller puts zeros where whole tiles wrote beyond it.
  // `state` is the stage's own.
  virtual void run(Workspace& workspace, StageState* state, int64_t y, ptrdiff_t width) const = 0;

  virtual std::unique_ptr<StageState> new_state() const { return nullptr; }

  // The scratch memory that `run` needs for a line of `width` pixels.
  virtual size_t scratch_bytes(ptrdiff_t width) const { return 4 * size_t(width) * 2; }

  const int value;
  const int scale;
  const int lag;
  const std::vector<Read> reads;
};

using Stages = std::vector<std::unique_ptr<Stage>>;

// The stage of one op, by definition (generic_stages.cpp).
std::unique_ptr<Stage> generic_stage(const Program& program, int op, const Kernels& kernels);

}  // namespace srq
