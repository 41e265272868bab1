#include "engine.hpp"

#include <algorithm>

#include "pool.hpp"

namespace srq {
namespace {

// The columns that go through all stages at once; a multiple of every tile. Fewer would stay in
// the first-level cache, but what a stage takes to begin costs more than what that saves.
constexpr ptrdiff_t kChunk = 512;

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
      schedule_(schedule(program_, stages_, tile_)) {
  for (const Op& op : program_.ops) scales_.push_back(op.scale);
  for (const auto& stage : stages_) {
    scratch_bytes_ = std::max(scratch_bytes_, stage->scratch_bytes(kChunk * stage->scale));
  }
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
  const ptrdiff_t width = part.width();
  std::fill(worker.lines.begin(), worker.lines.end(), -1);
  const int64_t first = std::max<int64_t>(part.top - schedule_.timings.front().above, 0);
  for (int64_t tick = first; tick < part.bottom + schedule_.longest_delay; ++tick) {
    for (ptrdiff_t chunk = 0; chunk < width + schedule_.longest_lag; chunk += kChunk) {
      for (size_t stage = 0; stage < stages_.size(); ++stage) {
        const Timing& timing = schedule_.timings[stage];
        const int64_t y = tick - timing.delay;
        if (y < std::max<int64_t>(part.top - timing.above, 0)) continue;
        if (y >= std::min(part.bottom + timing.below, height)) continue;
        const ptrdiff_t x0 = std::max<ptrdiff_t>(chunk - timing.lag, 0);
        const ptrdiff_t x1 = std::min(chunk + kChunk - timing.lag, width);
        if (x0 < x1) run_stage(worker, stage, y, x0, x1);
      }
    }
  }
}

// The lines of `index`'s grid that low-resolution line y stands for.
void Engine::run_stage(Worker& worker, size_t index, int64_t y, ptrdiff_t x0,
                       ptrdiff_t x1) const {
  const Stage& stage = *stages_[index];
  const int scale = stage.scale;
  for (int64_t line = y * scale; line < (y + 1) * scale; ++line) {
    const bool begins = worker.lines[index] != line;
    worker.lines[index] = line;
    stage.run(worker.canvas, worker.states[index].get(), begins, line, x0 * scale, x1 * scale);
    if (x1 == worker.canvas.part.width() && stage.value >= 0) {
      const ptrdiff_t end = x1 * scale;
      worker.canvas.window(stage.value).close(line, end, (end + tile_ - 1) / tile_ * tile_);
    }
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
  auto worker = std::unique_ptr<Worker>(
      new Worker{Canvas(schedule_.windows, scales_, width, scratch_bytes_), {}, {}});
  for (const auto& stage : stages_) worker->states.push_back(stage->new_state());
  worker->lines.resize(stages_.size());
  return worker;
}

}  // namespace srq
