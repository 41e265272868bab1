#include "layer.hpp"

#include <algorithm>

namespace srq {
namespace {

int32_t word(int32_t first, int32_t second) {
  return int32_t((uint32_t(first) & 0xFFFF) | (uint32_t(second) << 16));
}

int32_t shifted(int32_t number, int left) { return int32_t(uint32_t(number) << left); }

// What is proved of output channels `out` and `out` + 1.
Fit fit_of(const Op& op, int out) {
  if (out + 1 == op.channels) return Fit::none;
  int32_t least = INT32_MAX, most = INT32_MIN;
  for (int channel : {out, out + 1}) {
    if (op.shifts[channel] < 0 || op.shifts[channel] > 16) return Fit::none;
    least = std::min(least, op.kernel.least[channel]);
    most = std::max(most, op.kernel.most[channel]);
  }
  if (least >= op.format.lo && most <= op.format.hi) return Fit::format;
  return least >= INT16_MIN && most <= INT16_MAX ? Fit::int16 : Fit::none;
}

}  // namespace

RoundingTable::RoundingTable(const std::vector<int32_t>& bias, const std::vector<int>& shifts,
                             const Format& format)
    : format_(format) {
  for (size_t out = 0; out < bias.size(); ++out) {
    const int shift = shifts.size() == bias.size() ? shifts[out] : shifts[0];
    const uint32_t half = shift > 0 ? 1u << (shift - 1) : 0;
    init_.push_back(int32_t(uint32_t(bias[out]) + half));
    right_.push_back(std::max(shift, 0));
    left_.push_back(std::max(-shift, 0));
  }
  if (std::all_of(left_.begin(), left_.end(), [](int32_t n) { return n == 0; })) left_.clear();
}

Rounding RoundingTable::from(int out) const {
  return {init_.data() + out, right_.data() + out, left_.empty() ? nullptr : left_.data() + out,
          format_.lo, format_.hi};
}

DenseLayer::DenseLayer(const Op& op, int sum_shift, int block)
    : outs(op.channels / op.kernel.groups) {
  const Kernel& kernel = op.kernel;
  for (int i = 0; i < kernel.ins; ++i) {
    for (int dy = 0; dy < kernel.rows; ++dy) {
      for (int dx = 0; dx < kernel.columns; ++dx) {
        taps.push_back({i, dy - kernel.top, dx - kernel.left});
      }
    }
  }
  const int count = int(taps.size());
  pairs = (count + 1) / 2;
  for (int channel = 0; channel < op.channels; ++channel) {
    bias.push_back(shifted(kernel.bias[channel], sum_shift));
  }
  const auto weight = [&](int channel, int tap) {
    return tap < count ? shifted(kernel.weight[size_t(channel) * count + tap], sum_shift) : 0;
  };
  for (int group = 0; group < kernel.groups; ++group) {
    for (int begin = 0; begin < outs; begin += block) {
      for (int pair = 0; pair < pairs; ++pair) {
        for (int out = begin; out < std::min(begin + block, outs); ++out) {
          const int channel = group * outs + out;
          weights.push_back(word(weight(channel, 2 * pair), weight(channel, 2 * pair + 1)));
        }
      }
    }
  }
}

DepthwiseLayer::DepthwiseLayer(const Op& op) {
  const Kernel& kernel = op.kernel;
  // Even pixels read the columns -left .. columns - 1 - left beside them, odd ones the same
  // shifted by one: in pairs that begin at even pixels, rounded outwards.
  first_pair = -((kernel.left + 1) / 2);
  pairs = (kernel.columns - kernel.left) / 2 - first_pair + 1;
  for (int out = 0; out < op.channels; out += 2) fits.push_back(fit_of(op, out));
  for (int channel = 0; channel < op.channels; ++channel) {
    for (int dy = 0; dy < kernel.rows; ++dy) {
      const int16_t* row = &kernel.weight[(size_t(channel) * kernel.rows + dy) * kernel.columns];
      const auto weight = [&](int dx) { return dx >= 0 && dx < kernel.columns ? row[dx] : 0; };
      for (int pair = 0; pair < pairs; ++pair) {
        const int dx = 2 * (first_pair + pair) + kernel.left;
        weights.push_back(word(weight(dx), weight(dx + 1)));
        weights.push_back(word(weight(dx - 1), weight(dx)));
      }
    }
  }
}

}  // namespace srq
