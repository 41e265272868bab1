// Which ops of a Program one stage can do together.
#pragma once

#include <vector>

#include "plan/program.hpp"

namespace srq {

// A convolution and what is done with it in registers. -1 stands for "not there".
//
//   depthwise -> conv -> add of `residual` (or a requantize)
//   depthwise -> conv -> pixel shuffle -> add of an upsampled `residual` -> output
//
// In the second form the stage writes the picture.
struct Fusion {
  int depthwise = -1;
  int conv = -1;
  int finish = -1;    // the add or requantize that rounds the sum
  int residual = -1;  // the int16 value that an add adds
  int residual_shift = 0;
  int sum_shift = 0;  // of the convolution's sums before the addition
  int factor = 1;     // of the pixel shuffle, if it `writes`
  bool writes = false;
  int last = -1;  // the op at whose place the stage stands

  // The op whose value the stage makes.
  int value() const { return finish >= 0 ? finish : conv; }
};

// Whether the value of `op` stands in int16 lines.
bool is_narrow(const Op& op);

// Whether a convolution of single channels runs as a depthwise layer, and not as a dense one.
bool is_depthwise(const Op& op);

// The fusions of all convolutions that vector kernels can do; every op is in at most one.
// `absorbed[i]` is set for the ops that no stage of their own makes.
std::vector<Fusion> find_fusions(const Program& program, std::vector<bool>& absorbed);

}  // namespace srq
