#include "run/engine.hpp"

#include <algorithm>

#include "pool.hpp"

namespace srq {
namespace {

// The widest strip: its line buffers should stay in the second-level cache.
constexpr int64_t kMaxStripWidth = 2048;

// The lowest band that is worth a thread: each computes some lines of its neighbours' once more.
constexpr int64_t kMinBandHeight = 16;

// `length` split into `count` nearly equal pieces: where piece `index` begins.
int64_t piece_start(int64_t length, int64_t count, int64_t index) { return length * index / count; }

}  // namespace

Engine::Engine(Program program, const Isa& isa)
    : program_(std::move(program)),
      isa_(isa.name),
      tile_(isa.kernels->tile),
      stages_(make_stages(program_, *isa.kernels)),
      schedule_(make_schedule(program_, stages_)) {
  for (const Op& op : program_.ops) scales_.push_back(op.scale);
}

void Engine::run(const InputPlane& input, const OutputPlane& output, int threads) const {
  const int64_t strips = (input.width + kMaxStripWidth - 1) / kMaxStripWidth;
  const int64_t bands = std::clamp<int64_t>(input.height / kMinBandHeight, 1, std::max(threads, 1));
  run_parallel(int(strips * bands), threads, [&](int index) {
    const int64_t strip = index % strips, band = index / strips;
    Region region{};
    region.top = piece_start(input.height, bands, band);
    region.bottom = piece_start(input.height, bands, band + 1);
    region.left = piece_start(input.width, strips, strip);
    region.right = piece_start(input.width, strips, strip + 1);
    region.halo_left = std::max<int64_t>(region.left - program_.left, 0);
    region.halo_right = std::min(region.right + program_.right, input.width);
    std::unique_ptr<ThreadState> thread = borrow(region.width());
    thread->workspace.input = input;
    thread->workspace.output = output;
    thread->workspace.region = region;
    run_region(*thread);
    std::lock_guard<std::mutex> lock(mutex_);
    idle_.push_back(std::move(thread));
  });
}

void Engine::run_region(ThreadState& thread) const {
  const Region& region = thread.workspace.region;
  const int64_t first = std::max<int64_t>(region.top - schedule_.beyond.front().above, 0);
  for (size_t stage = 0; stage < stages_.size(); ++stage) {
    stages_[stage]->begin(thread.states[stage].get());
  }
  for (int64_t tick = first; tick < region.bottom + program_.delay; ++tick) {
    for (size_t stage = 0; stage < stages_.size(); ++stage) run_stage(thread, stage, tick);
  }
}

// The lines that a stage makes in a tick, those of them that the region needs.
void Engine::run_stage(ThreadState& thread, size_t index, int64_t tick) const {
  const Stage& stage = *stages_[index];
  const Beyond& beyond = schedule_.beyond[index];
  const Region& region = thread.workspace.region;
  const int64_t scale = stage.scale, height = thread.workspace.input.height;
  const int64_t top = std::max<int64_t>(region.top * scale - beyond.above, 0);
  const int64_t bottom = std::min(region.bottom * scale + beyond.below, height * scale);
  const int64_t begin = tick * scale - stage.lag;
  const ptrdiff_t width = region.width() * scale;
  for (int64_t line = std::max(begin, top); line < std::min(begin + scale, bottom); ++line) {
    stage.run(thread.workspace, thread.states[index].get(), line, width);
    if (stage.value < 0) continue;
    thread.workspace.buffer(stage.value).zero(line, width, (width + tile_ - 1) / tile_ * tile_);
  }
}

std::unique_ptr<ThreadState> Engine::borrow(ptrdiff_t width) const {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    while (!idle_.empty()) {
      std::unique_ptr<ThreadState> thread = std::move(idle_.back());
      idle_.pop_back();
      if (thread->workspace.width() == width) return thread;
    }
  }
  size_t scratch = 0;
  for (const auto& stage : stages_) {
    scratch = std::max(scratch, stage->scratch_bytes(width * stage->scale));
  }
  auto thread = std::unique_ptr<ThreadState>(
      new ThreadState{Workspace(schedule_.buffers, scales_, width, scratch), {}});
  for (const auto& stage : stages_) thread->states.push_back(stage->new_state());
  return thread;
}

}  // namespace srq
