// A stage makes lines of one value from lines of others. Ops become stages in plan.cpp: most one
// by one, some together.
#pragma once

#include <memory>
#include <vector>

#include "canvas.hpp"
#include "kernels.hpp"
#include "program.hpp"

namespace srq {

// A value that a stage reads, and how far beside the pixel that it makes.
struct Read {
  int value;
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
};

// What a stage keeps of the line that it works on from one call to the next.
struct StageState {
  virtual ~StageState() = default;
};

class Stage {
 public:
  // value: the op whose value it makes, or -1 if it writes the picture.
  // scale: of the grid whose lines it makes one by one.
  Stage(int value, int scale, std::vector<Read> reads)
      : value(value), scale(scale), reads(std::move(reads)) {}
  virtual ~Stage() = default;

  // Pixels x0 to before x1 of line y, of its grid. x0 is a multiple of a tile; x1 is too, or is
  // the line's end: then what a whole tile makes beyond it is closed by the caller. `begins`
  // tells that the call before this one was for another line; `state` is the stage's own.
  virtual void run(Canvas& canvas, StageState* state, bool begins, int64_t y, ptrdiff_t x0,
                   ptrdiff_t x1) const = 0;

  virtual std::unique_ptr<StageState> new_state() const { return nullptr; }

  // The scratch memory that `run` needs for `pixels` of its grid at once.
  virtual size_t scratch_bytes(ptrdiff_t pixels) const { return 4 * size_t(pixels) * 2; }

  const int value;
  const int scale;
  const std::vector<Read> reads;
};

using Stages = std::vector<std::unique_ptr<Stage>>;

// The stage of one op, by definition (generic_stages.cpp).
std::unique_ptr<Stage> generic_stage(const Program& program, int op, const Kernels& kernels);

// Writes pixels `first` to before `last` of a line of the enlargement, counted in pixels of the
// part's windows at the output's scale, from `source`, which is that of pixel `first`.
template <class T>
void write_picture(const Canvas& canvas, int scale, int64_t y, ptrdiff_t first, ptrdiff_t last,
                   const T* source);

}  // namespace srq
