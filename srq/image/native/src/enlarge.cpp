#include "enlarge.hpp"

#include <algorithm>
#include <cmath>
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

// How the samples of a picture are summed. Every way gives the same bytes.

// 16 bits.
struct Deep {
  using Pixel = uint16_t;
  using Base = float;
  using Sum = double;
  using Weight = double;
  using Detail = double;
};

// 8 bits.
struct Real {
  using Pixel = uint8_t;
  using Base = float;
  using Sum = double;
  using Weight = double;
  using Detail = uint8_t;
};

// 8 bits in whole numbers, where int32 holds every sum.
struct Whole {
  using Pixel = uint8_t;
  using Base = int16_t;
  using Sum = int32_t;
  using Weight = int32_t;
  using Detail = uint8_t;
};

// The taps of a sample, as a kernel takes them.
template <class Weight>
struct Weights {
  int first;
  std::vector<Weight> of;
};

// `phases` with weights times `unit`.
template <class Weight>
std::vector<Weights<Weight>> times(const std::vector<Phase>& phases, double unit) {
  std::vector<Weights<Weight>> made;
  for (const Phase& phase : phases) {
    Weights<Weight> weights{phase.first, {}};
    for (const double weight : phase.weights) weights.of.push_back(Weight(weight * unit));
    made.push_back(std::move(weights));
  }
  return made;
}

// The least number of bits, at least one, behind the point of all weights, if int32 holds what
// `Whole` sums up with them, and int16 what it begins with; else 0.
int whole_bits(const Enlargement<uint8_t>& part) {
  const double most = UINT8_MAX * std::max(part.span, part.gain);
  const bool is_whole = part.span == std::floor(part.span) && part.gain == std::floor(part.gain);
  if (!is_whole || most > INT16_MAX) return 0;
  for (int bits = 1; bits <= 15; ++bits) {
    const double unit = 1 << bits;
    double sizes = 0;  // the most that the weights of a sample come to
    bool all = true;
    for (const Phase& phase : part.phases) {
      double size = 0;
      for (const double weight : phase.weights) {
        all = all && weight * unit == std::floor(weight * unit);
        size += std::abs(weight * unit);
      }
      sizes = std::max(sizes, size);
    }
    // Twice as much leaves room for what rounding adds.
    if (2 * most * sizes * sizes > INT32_MAX) return 0;
    if (all) return bits;
  }
  return 0;
}

// Makes the rows of a part, one thread's share of them.
template <class Form>
class Rows {
 public:
  using T = typename Form::Pixel;

  // bits: behind the point of the weights, as `Whole` takes them.
  Rows(const Enlargement<T>& part, int bits)
      : part_(part),
        phases_(times<typename Form::Weight>(part.phases, 1 << bits)),
        shift_(2 * bits),
        width_(part.right - part.left + 2 * kTaps),
        samples_(width_ * part.channels),
        scale_(int(part.phases.size())),
        row_(samples_),
        row_codes_(width_),
        spread_codes_(kWhole ? samples_ + 1 : 0),
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
  static constexpr bool kDeep = std::is_same_v<Form, Deep>;
  static constexpr bool kWhole = std::is_same_v<Form, Whole>;
  using Base = typename Form::Base;
  using Sum = typename Form::Sum;

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
    Base* base = bases_.data() + slot(y) * samples_;
    if constexpr (kDeep) {
      k.luma16(row_.data(), width_, part_.channels, part_.luma, row_codes_.data());
      float* codes = codes_.data() + slot(y) * width_;
      for (int64_t x = 0; x < width_; ++x) codes[x] = float((row_codes_[x] + 128) >> 8);
      k.base16(row_.data(), samples_, float(part_.span), base);
    } else {
      k.luma8(row_.data(), width_, part_.channels, part_.luma, row_codes_.data());
      if constexpr (kWhole) {
        spread(row_codes_.data(), 1, width_, spread_codes_.data());
        k.base_whole(row_.data(), spread_codes_.data(), samples_, int16_t(part_.span),
                     int16_t(part_.gain), base);
      } else {
        k.base8(row_.data(), row_codes_.data(), width_, part_.channels, float(part_.span),
                float(part_.gain), base);
      }
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
      interleave(count, out + x * scale_ * part_.out_pixel);
    }
  }

  template <class Row>
  void weigh_down(const std::vector<Row>& rows, int64_t samples, int64_t y, int r,
                  std::vector<Sum>& out) {
    const auto& phase = phases_[r];
    const Row* taps[kMaxTaps];
    for (size_t t = 0; t < phase.of.size(); ++t) {
      taps[t] = rows.data() + slot(y + phase.first + int64_t(t)) * samples;
    }
    const auto weigh = [&](auto kernel) {
      kernel(taps, phase.of.data(), int(phase.of.size()), samples, out.data());
    };
    if constexpr (kWhole) {
      weigh(kernels().weigh_whole);
    } else {
      weigh(kernels().weigh_floats);
    }
  }

  // The taps of the samples of phase c at the pixels from x on, in a row of sums.
  struct Taps {
    Taps(const Weights<typename Form::Weight>& phase, const std::vector<Sum>& row, int64_t x,
         int channels)
        : weights(phase.of.data()), count(int(phase.of.size())) {
      for (int t = 0; t < count; ++t) at[t] = row.data() + (x + kTaps + phase.first + t) * channels;
    }

    const Sum* at[kMaxTaps];
    const typename Form::Weight* weights;
    int count;
  };

  // Of `count` pixels from the part's x on, the samples of phase c of a row.
  void make_piece(int64_t x, int64_t count, int c, const uint8_t* made) {
    const Kernels& k = kernels();
    const int channels = part_.channels;
    const int64_t samples = count * channels;
    made += x * scale_ + c;
    T* done = done_.data() + c * (done_.size() / scale_);
    const Taps taps(phases_[c], down_, x, channels);
    if constexpr (kDeep) {
      const Taps codes(phases_[c], down_codes_, x, 1);
      k.weigh_doubles(codes.at, codes.weights, codes.count, count, across_codes_.data());
      for (int64_t i = 0; i < count; ++i) plane_[i] = made[i * scale_];
      k.beyond_rounding(plane_.data(), across_codes_.data(), count, part_.rounding);
      for (int64_t i = 0; i < samples; ++i) detail_[i] = plane_[i / channels];
      k.finish16(taps.at, taps.weights, taps.count, detail_.data(), samples, part_.gain, part_.span,
                 done);
    } else {
      spread(made, scale_, count, detail_.data());
      if constexpr (kWhole) {
        k.finish_whole(taps.at, taps.weights, taps.count, shift_, detail_.data(), samples,
                       int32_t(part_.gain), int32_t(part_.span), done);
      } else {
        k.finish8(taps.at, taps.weights, taps.count, detail_.data(), samples, part_.gain,
                  part_.span, done);
      }
    }
  }

  // The samples of all phases side by side, in `out`.
  void interleave(int64_t count, T* out) const {
    const int64_t phase = done_.size() / scale_;
    if (part_.channels == 1) {
      for (int c = 0; c < scale_; ++c) {
        for (int64_t i = 0; i < count; ++i) out[i * scale_ + c] = done_[c * phase + i];
      }
    } else if constexpr (kDeep) {
      kernels().interleave16(done_.data(), phase, scale_, count, part_.out_pixel, out);
    } else {
      kernels().interleave8(done_.data(), phase, scale_, count, part_.out_pixel, out);
    }
  }

  // Every step-th of `numbers`, one for each channel; `out` has room for one more.
  void spread(const uint8_t* numbers, int step, int64_t count, uint8_t* out) const {
    if (part_.channels == 1) {
      for (int64_t i = 0; i < count; ++i) out[i] = numbers[i * step];
    } else {
      kernels().spread(numbers, step, count, out);
    }
  }

  const Enlargement<T>& part_;
  const std::vector<Weights<typename Form::Weight>> phases_;
  const int shift_;  // of a sum
  const int64_t width_, samples_;
  const int scale_;
  std::vector<T> row_, row_codes_, spread_codes_;
  std::vector<Base> bases_;   // of the rows y - kTaps to y + kTaps, each in its slot
  std::vector<float> codes_;  // the same
  std::vector<Sum> down_, down_codes_;
  std::vector<double> across_codes_, plane_;
  std::vector<typename Form::Detail> detail_;
  std::vector<T> done_;
};

template <class Form>
void enlarge_in_bands(const Enlargement<typename Form::Pixel>& part, int threads, int bits = 0) {
  const int64_t rows = part.bottom - part.top;
  const int64_t bands = std::clamp<int64_t>(rows / 16, 1, std::max(threads, 1));
  run_parallel(int(bands), threads, [&](int band) {
    Rows<Form>(part, bits)
        .run(part.top + rows * band / bands, part.top + rows * (band + 1) / bands);
  });
}

}  // namespace

void enlarge(const Enlargement<uint8_t>& part, int threads) {
  const int bits = whole_bits(part);
  if (bits > 0) return enlarge_in_bands<Whole>(part, threads, bits);
  enlarge_in_bands<Real>(part, threads);
}

void enlarge(const Enlargement<uint16_t>& part, int threads) {
  enlarge_in_bands<Deep>(part, threads);
}

}  // namespace srq::image
