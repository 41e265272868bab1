#include "run/engine.hpp"

#include <algorithm>

#include "run/pool.hpp"

namespace srq {
namespace {

// The widest part: its windows should stay in the second-level cache.
constexpr int64_t kWidest = 2048;

// The lowest band that is worth a thread: each makes some lines of its neighbours' once more.
constexpr int64_t kLowestBand = 16;

// `length` cut into `count` nearly equal pieces: where piece `index` begins.
int64_t cut(int64_t length, int64_t count, int64_t index) { return length * index / count; }

}  // namespace

Engine::Engine(Program program, const Isa& isa)
    : program_(std::move(program)),
      isa_(isa.name),
      tile_(isa.kernels->tile),
      stages_(plan(program_, *isa.kernels)),
      schedule_(schedule(program_, stages_)) {
  for (const Op& op : program_.ops) scales_.push_back(op.scale);
}

void Engine::run(const Picture& picture, const Enlargement& enlargement, int threads) const {
  const int64_t strips = (picture.width + kWidest - 1) / kWidest;
  const int64_t bands =
      std::clamp<int64_t>(picture.height / kLowestBand, 1, std::max(threads, 1));
  run_parallel(int(strips * bands), threads, [&](int index) {
    const int64_t strip = index % strips, band = index / strips;
    Part part{};
    part.top = cut(picture.height, bands, band);
    part.bottom = cut(picture.height, bands, band + 1);
    part.left = cut(picture.width, strips, strip);
    part.right = cut(picture.width, strips, strip + 1);
    part.outer_left = std::max<int64_t>(part.left - schedule_.before, 0);
    part.outer_right = std::min(part.right + schedule_.after, picture.width);
    std::unique_ptr<Worker> worker = borrow(part.width());
    worker->canvas.picture = picture;
    worker->canvas.enlargement = enlargement;
    worker->canvas.part = part;
    make(*worker);
    std::lock_guard<std::mutex> lock(mutex_);
    idle_.push_back(std::move(worker));
  });
}

void Engine::make(Worker& worker) const {
  const Part& part = worker.canvas.part;
  const int64_t height = worker.canvas.picture.height;
  const int64_t first = std::max<int64_t>(part.top - schedule_.timings.front().above, 0);
  for (int64_t tick = first; tick < part.bottom + schedule_.longest_delay; ++tick) {
    for (size_t stage = 0; stage < stages_.size(); ++stage) {
      const Timing& timing = schedule_.timings[stage];
      const int64_t y = tick - timing.delay;
      if (y < std::max<int64_t>(part.top - timing.above, 0)) continue;
      if (y >= std::min(part.bottom + timing.below, height)) continue;
      run_stage(worker, stage, y);
    }
  }
}

// The lines of `index`'s grid that low-resolution line y stands for.
void Engine::run_stage(Worker& worker, size_t index, int64_t y) const {
  const Stage& stage = *stages_[index];
  const int scale = stage.scale;
  const ptrdiff_t width = worker.canvas.part.width() * scale;
  for (int64_t line = y * scale; line < (y + 1) * scale; ++line) {
    stage.run(worker.canvas, worker.states[index].get(), line, width);
    if (stage.value < 0) continue;
    worker.canvas.window(stage.value).close(line, width, (width + tile_ - 1) / tile_ * tile_);
  }
}

std::unique_ptr<Worker> Engine::borrow(ptrdiff_t width) const {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    while (!idle_.empty()) {
      std::unique_ptr<Worker> worker = std::move(idle_.back());
      idle_.pop_back();
      if (worker->canvas.width() == width) return worker;
    }
  }
  size_t scratch = 0;
  for (const auto& stage : stages_) {
    scratch = std::max(scratch, stage->scratch_bytes(width * stage->scale));
  }
  auto worker =
      std::unique_ptr<Worker>(new Worker{Canvas(schedule_.windows, scales_, width, scratch), {}});
  for (const auto& stage : stages_) worker->states.push_back(stage->new_state());
  return worker;
}

}  // namespace srq
