#include "stages/make_stages.hpp"

#include "plan/fusion.hpp"
#include "stages/conv_stages.hpp"

namespace srq {

Stages make_stages(const Program& program, const Kernels& kernels) {
  std::vector<bool> absorbed;
  std::vector<const Fusion*> at(program.ops.size(), nullptr);
  const std::vector<Fusion> fusions = find_fusions(program, absorbed);
  for (const Fusion& fusion : fusions) at[fusion.last] = &fusion;
  Stages stages;
  for (size_t op = 0; op < program.ops.size(); ++op) {
    if (at[op]) {
      stages.push_back(conv_stage(program, *at[op], kernels));
    } else if (!absorbed[op]) {
      stages.push_back(generic_stage(program, int(op), kernels));
    }
  }
  return stages;
}

}  // namespace srq
