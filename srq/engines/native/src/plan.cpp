#include "plan.hpp"

namespace srq {

Stages plan(const Program& program, const Kernels& kernels) {
  Stages stages;
  for (size_t op = 0; op < program.ops.size(); ++op) {
    stages.push_back(generic_stage(program, int(op), kernels));
  }
  return stages;
}

}  // namespace srq
