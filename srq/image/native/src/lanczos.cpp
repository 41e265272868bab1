#include "lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "planes.hpp"

namespace srq::image {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kReach = 3;

double sinc(double x) { return x == 0 ? 1 : std::sin(x * kPi) / (x * kPi); }

double weight_at(double x) { return -kReach <= x && x < kReach ? sinc(x) * sinc(x / kReach) : 0; }

struct Axis {
  std::vector<int32_t> first, count, weights;
  CodeTaps taps;
};

// The filter is widened where there are fewer outputs than sources, cut at the borders, and
// normalized before it is rounded.
Axis axis_of(ptrdiff_t source, ptrdiff_t length) {
  const double ratio = double(source) / double(length), widened = std::max(ratio, 1.0);
  const double reach = kReach * widened, narrow = 1 / widened;
  const ptrdiff_t most = ptrdiff_t(std::ceil(reach)) * 2 + 1;
  Axis axis;
  axis.first.resize(size_t(length));
  axis.count.resize(size_t(length));
  axis.weights.resize(size_t(length * most));
  std::vector<double> weights(static_cast<size_t>(most));
  for (ptrdiff_t x = 0; x < length; ++x) {
    const double centre = (double(x) + 0.5) * ratio;
    const ptrdiff_t first = std::max<ptrdiff_t>(ptrdiff_t(centre - reach + 0.5), 0);
    const ptrdiff_t end = std::min(ptrdiff_t(centre + reach + 0.5), source);
    double total = 0;
    for (ptrdiff_t t = 0; t < end - first; ++t) {
      weights[size_t(t)] = weight_at((double(t + first) - centre + 0.5) * narrow);
      total += weights[size_t(t)];
    }
    for (ptrdiff_t t = 0; t < end - first; ++t) {
      const double part = weights[size_t(t)] / total * double(1 << kFraction);
      axis.weights[size_t(x * most + t)] = int32_t(part < 0 ? part - 0.5 : part + 0.5);
    }
    axis.first[size_t(x)] = int32_t(first);
    axis.count[size_t(x)] = int32_t(end - first);
  }
  axis.taps = {axis.first.data(), axis.count.data(), axis.weights.data(), most, length};
  return axis;
}

}  // namespace

void lanczos(const uint8_t* source, Size from, int channels, Size to, uint8_t* out) {
  const PlaneKernels& kernels = plane_kernels();
  const Axis horizontal = axis_of(from.width, to.width), vertical = axis_of(from.height, to.height);
  const ptrdiff_t samples = from.width * channels, made = to.width * channels;
  // Rows apart, for each is read and written beyond its end; and one that takes what is no row.
  const ptrdiff_t read_apart = samples + kSlack, apart = made + kSlack;
  std::vector<int32_t> wide(size_t(kRows * read_apart)), narrow(size_t((from.height + 1) * apart));
  for (ptrdiff_t y = 0; y < from.height; y += kRows) {
    const int32_t* read[kRows];
    int32_t* written[kRows];
    for (ptrdiff_t r = 0; r < kRows; ++r) {
      int32_t* row = wide.data() + r * read_apart;
      if (y + r < from.height) kernels.widen(source + (y + r) * samples, samples, row);
      read[r] = row;
      written[r] = narrow.data() + std::min(y + r, from.height) * apart;
    }
    kernels.weigh_code_pixels(read, horizontal.taps, channels, written);
  }
  const CodeTaps& down = vertical.taps;
  std::vector<const int32_t*> rows(size_t(down.stride));
  for (ptrdiff_t y = 0; y < down.length; ++y) {
    const int count = down.count[y];
    for (int t = 0; t < count; ++t) rows[size_t(t)] = narrow.data() + (down.first[y] + t) * apart;
    kernels.weigh_code_rows(rows.data(), down.weights + y * down.stride, count, made,
                            out + y * made);
  }
}

}  // namespace srq::image
