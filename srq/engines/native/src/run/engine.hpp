// A Program made ready to run.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kernels/isa/supported.hpp"
#include "plan/program.hpp"
#include "run/schedule.hpp"
#include "stages/make_stages.hpp"
#include "stages/workspace.hpp"

namespace srq {

// The memory of a thread.
struct ThreadState {
  Workspace workspace;
  std::vector<std::unique_ptr<StageState>> states;  // per stage
};

class Engine {
 public:
  Engine(Program program, const Isa& isa);

  // Enlarges `input` into `output`, which is scale() times as high and wide, on up to `threads`
  // threads. May be called from many threads at once. Throws std::bad_alloc.
  void run(const InputPlane& input, const OutputPlane& output, int threads) const;

  int scale() const { return program_.scale(); }
  const std::string& isa() const { return isa_; }
  const Stages& stages() const { return stages_; }
  const Schedule& schedule() const { return schedule_; }

 private:
  void run_region(ThreadState& thread) const;
  void run_stage(ThreadState& thread, size_t index, int64_t tick) const;
  std::unique_ptr<ThreadState> borrow(ptrdiff_t width) const;

  const Program program_;
  const std::string isa_;
  const int tile_;
  const Stages stages_;
  const Schedule schedule_;
  std::vector<int> scales_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<ThreadState>> idle_;  // those that nobody uses
};

}  // namespace srq
