#include "enlarge.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "pool.hpp"

namespace srq::image {
namespace {

constexpr int kTaps = 2;  // pixels that cubic interpolation sees to each side
constexpr int kRows = 2 * kTaps + 1;
constexpr int64_t kPiece = 256;  // pixels done at a time, so that sums stay in the cache

int64_t mirrored(int64_t index, int64_t length) {
  index %= 2 * length;
  if (index < 0) index += 2 * length;
  return index < length ? index : 2 * length - 1 - index;
}

// Makes the rows of a part, one thread's share of them.
template <class T>
class Rows {
 public:
  explicit Rows(const Enlargement<T>& part)
      : part_(part),
        width_(part.right - part.left + 2 * kTaps),
        samples_(width_ * part.channels),
        scale_(int(part.phases.size())),
        row_(samples_),
        row_codes_(width_),
        bases_(kRows * samples_),
        codes_(kDeep ? kRows * width_ : 0),
        down_(samples_),
        down_codes_(kDeep ? width_ : 0),
        across_codes_(kPiece),
        plane_(kPiece),
        detail_(kPiece * part.channels + 1),
        done_(scale_ * (kPiece * part.channels + 1)) {}

  void run(int64_t top, int64_t bottom) {
    for (int64_t y = top - kTaps; y < top + kTaps; ++y) take(y);
    for (int64_t y = top; y < bottom; ++y) {
      take(y + kTaps);
      for (int r = 0; r < scale_; ++r) make(y, r);
    }
  }

 private:
  static constexpr bool kDeep = std::is_same_v<T, uint16_t>;
  using Detail = std::conditional_t<kDeep, double, uint8_t>;

  size_t slot(int64_t y) const { return size_t((y + 8 * kRows) % kRows); }

  // A row of the picture, with the pixels around, ready to be summed.
  void take(int64_t y) {
    const int64_t channels = part_.channels;
    const T* source = part_.pixels + mirrored(y, part_.height) * part_.width * channels;
    const int64_t left = part_.left - kTaps, right = part_.right + kTaps;
    const int64_t from = std::max<int64_t>(left, 0), to = std::min(right, part_.width);
    std::copy(source + from * channels, source + to * channels,
              row_.data() + (from - left) * channels);
    for (int64_t x = left; x < right; ++x) {
      if (x == from) x = to;
      if (x == right) break;
      const T* pixel = source + mirrored(x, part_.width) * channels;
      std::copy(pixel, pixel + channels, row_.data() + (x - left) * channels);
    }
    const Kernels& k = kernels();
    float* base = bases_.data() + slot(y) * samples_;
    if constexpr (kDeep) {
      k.luma16(row_.data(), width_, part_.channels, part_.luma, row_codes_.data());
      float* codes = codes_.data() + slot(y) * width_;
      for (int64_t x = 0; x < width_; ++x) codes[x] = float((row_codes_[x] + 128) >> 8);
      k.base16(row_.data(), samples_, float(part_.span), base);
    } else {
      k.luma8(row_.data(), width_, part_.channels, part_.luma, row_codes_.data());
      k.base8(row_.data(), row_codes_.data(), width_, part_.channels, float(part_.span),
              float(part_.gain), base);
    }
  }

  // Row r of those that row y of the picture becomes.
  void make(int64_t y, int r) {
    weigh_down(bases_, samples_, y, r, down_);
    if constexpr (kDeep) weigh_down(codes_, width_, y, r, down_codes_);
    const int64_t row = (y - part_.top) * scale_ + r, pixels = part_.right - part_.left;
    const uint8_t* made = part_.made + row * part_.made_stride;
    T* out = part_.out + row * part_.out_stride;
    for (int64_t x = 0; x < pixels; x += kPiece) {
      const int64_t count = std::min(kPiece, pixels - x);
      for (int c = 0; c < scale_; ++c) make_piece(x, count, c, made);
      interleave(count, out + x * scale_ * part_.channels);
    }
  }

  void weigh_down(const std::vector<float>& rows, int64_t samples, int64_t y, int r,
                  std::vector<double>& out) {
    const Phase& phase = part_.phases[r];
    const float* taps[kMaxTaps];
    for (size_t t = 0; t < phase.weights.size(); ++t) {
      taps[t] = rows.data() + slot(y + phase.first + int64_t(t)) * samples;
    }
    kernels().weigh_floats(taps, phase.weights.data(), int(phase.weights.size()), samples,
                           out.data());
  }

  // The taps of the samples of phase c at the pixels from x on, in a row of sums.
  struct Taps {
    Taps(const Phase& phase, const std::vector<double>& row, int64_t x, int channels)
        : weights(phase.weights.data()), count(int(phase.weights.size())) {
      for (int t = 0; t < count; ++t) at[t] = row.data() + (x + kTaps + phase.first + t) * channels;
    }

    const double* at[kMaxTaps];
    const double* weights;
    int count;
  };

  // Of `count` pixels from the part's x on, the samples of phase c of a row.
  void make_piece(int64_t x, int64_t count, int c, const uint8_t* made) {
    const Kernels& k = kernels();
    const int channels = part_.channels;
    made += x * scale_ + c;
    T* done = done_.data() + c * (done_.size() / scale_);
    const Taps taps(part_.phases[c], down_, x, channels);
    if constexpr (kDeep) {
      const Taps codes(part_.phases[c], down_codes_, x, 1);
      k.weigh_doubles(codes.at, codes.weights, codes.count, count, across_codes_.data());
      for (int64_t i = 0; i < count; ++i) plane_[i] = made[i * scale_];
      k.beyond_rounding(plane_.data(), across_codes_.data(), count, part_.rounding);
      for (int64_t i = 0; i < count * channels; ++i) detail_[i] = plane_[i / channels];
      k.finish16(taps.at, taps.weights, taps.count, detail_.data(), count * channels, part_.gain,
                 part_.span, done);
    } else {
      spread(made, count, channels);
      k.finish8(taps.at, taps.weights, taps.count, detail_.data(), count * channels, part_.gain,
                part_.span, done);
    }
  }

  // The samples of all phases side by side, in `out`. As in `spread` four are written at once, but
  // for the last pixel.
  void interleave(int64_t count, T* out) {
    const int64_t channels = part_.channels, phase = done_.size() / scale_;
    if (channels == 1) {
      for (int c = 0; c < scale_; ++c) {
        for (int64_t i = 0; i < count; ++i) out[i * scale_ + c] = done_[c * phase + i];
      }
      return;
    }
    const T* done = done_.data();
    const int scale = scale_;
    for (int64_t i = 0; i < count - 1; ++i) {
      for (int c = 0; c < scale; ++c, out += 3) {
        std::memcpy(out, done + c * phase + 3 * i, 4 * sizeof(T));
      }
    }
    for (int c = 0; c < scale; ++c, out += 3) {
      std::copy_n(done + c * phase + 3 * (count - 1), 3, out);
    }
  }

  // Every scale-th sample of `made`, one for each channel. Four are written where three are due,
  // in one step: the next pixel overwrites the fourth.
  void spread(const uint8_t* made, int64_t count, int channels) {
    Detail* out = detail_.data();
    if (channels == 1) {
      for (int64_t i = 0; i < count; ++i) out[i] = made[i * scale_];
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      const uint32_t four = 0x01010101u * made[i * scale_];
      std::memcpy(out + 3 * i, &four, sizeof four);
    }
  }

  const Enlargement<T>& part_;
  const int64_t width_, samples_;
  const int scale_;
  std::vector<T> row_, row_codes_;
  std::vector<float> bases_, codes_;  // of the rows y - kTaps to y + kTaps, each in its slot
  std::vector<double> down_, down_codes_;
  std::vector<double> across_codes_, plane_;
  std::vector<Detail> detail_;
  std::vector<T> done_;
};

template <class T>
void enlarge_in_bands(const Enlargement<T>& part, int threads) {
  const int64_t rows = part.bottom - part.top;
  const int64_t bands = std::clamp<int64_t>(rows / 16, 1, std::max(threads, 1));
  run_parallel(int(bands), threads, [&](int band) {
    Rows<T>(part).run(part.top + rows * band / bands, part.top + rows * (band + 1) / bands);
  });
}

}  // namespace

void enlarge(const Enlargement<uint8_t>& part, int threads) { enlarge_in_bands(part, threads); }
void enlarge(const Enlargement<uint16_t>& part, int threads) { enlarge_in_bands(part, threads); }

}  // namespace srq::image
