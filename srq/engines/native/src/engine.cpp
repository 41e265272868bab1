#include "engine.hpp"

#include <algorithm>

#include "pool.hpp"

namespace srq {
namespace {

// The columns that go through all stages at once; a multiple of every tile.
constexpr ptrdiff_t kChunk = 128;

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
    std::unique_ptr<Canvas> canvas = borrow(part.width());
    canvas->picture = picture;
    canvas->enlargement = enlargement;
    canvas->part = part;
    make(*canvas);
    std::lock_guard<std::mutex> lock(mutex_);
    idle_.push_back(std::move(canvas));
  });
}

void Engine::make(Canvas& canvas) const {
  const Part& part = canvas.part;
  const ptrdiff_t width = part.width();
  const int64_t first = part.top - schedule_.timings.front().above;
  const int64_t last = part.bottom + schedule_.longest_delay;
  for (int64_t tick = std::max<int64_t>(first, 0); tick < last; ++tick) {
    for (ptrdiff_t chunk = 0; chunk < width + schedule_.longest_lag; chunk += kChunk) {
      for (size_t s = 0; s < stages_.size(); ++s) {
        const Timing& timing = schedule_.timings[s];
        const int64_t y = tick - timing.delay;
        if (y < std::max<int64_t>(part.top - timing.above, 0)) continue;
        if (y >= std::min(part.bottom + timing.below, canvas.picture.height)) continue;
        const ptrdiff_t x0 = std::max<ptrdiff_t>(chunk - timing.lag, 0);
        const ptrdiff_t x1 = std::min(chunk + kChunk - timing.lag, width);
        if (x0 >= x1) continue;
        const Stage& stage = *stages_[s];
        const int g = stage.scale;
        for (int64_t line = y * g; line < (y + 1) * g; ++line) {
          stage.run(canvas, line, x0 * g, x1 * g);
          if (x1 == width && stage.value >= 0) {
            const ptrdiff_t tiles = (width * g + tile_ - 1) / tile_;
            canvas.window(stage.value).close(line, width * g, tiles * tile_);
          }
        }
      }
    }
  }
}

std::unique_ptr<Canvas> Engine::borrow(ptrdiff_t width) const {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    while (!idle_.empty()) {
      std::unique_ptr<Canvas> canvas = std::move(idle_.back());
      idle_.pop_back();
      if (canvas->width() == width) return canvas;
    }
  }
  return std::make_unique<Canvas>(schedule_.windows, scales_, width, scratch_bytes_);
}

}  // namespace srq
