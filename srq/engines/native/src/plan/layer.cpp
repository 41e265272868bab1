#include "plan/layer.hpp"

#include <algorithm>

namespace srq {
namespace {

// `count` numbers of `bits` bits each, the first one lowest.
int32_t packed(const int32_t* numbers, size_t count, int bits) {
  uint32_t made = 0;
  for (size_t i = 0; i < count; ++i) {
    made |= (uint32_t(numbers[i]) & ((1u << bits) - 1)) << (bits * i);
  }
  return int32_t(made);
}

int32_t packed(int32_t first, int32_t second) {
  const int32_t numbers[2] = {first, second};
  return packed(numbers, 2, 16);
}

int32_t shifted(int32_t number, int left) { return int32_t(uint32_t(number) << left); }

// What is proved of output channels `out` and `out` + 1.
Fit fit_of(const Op& op, int out) {
  if (out + 1 == op.channels) return Fit::none;
  int32_t min_sum = INT32_MAX, max_sum = INT32_MIN;
  for (int channel : {out, out + 1}) {
    if (op.shifts[channel] < 0 || op.shifts[channel] > 16) return Fit::none;
    min_sum = std::min(min_sum, op.conv.min_sum[channel]);
    max_sum = std::max(max_sum, op.conv.max_sum[channel]);
  }
  if (min_sum >= op.format.lo && max_sum <= op.format.hi) return Fit::format;
  return min_sum >= INT16_MIN && max_sum <= INT16_MAX ? Fit::int16 : Fit::none;
}

// Whether the op's values are bytes once `offset` is added, be it to the values or, in a
// convolution, to its sums.
bool fits_bytes(const Op& op, int offset) {
  if (op.format.lo + offset < 0 || op.format.hi + offset > UINT8_MAX) return false;
  if (op.kind != Kind::conv || offset == 0) return true;
  for (int channel = 0; channel < op.channels; ++channel) {
    const int shift = op.shifts[channel];
    if (shift < 0) return false;
    const int64_t max_sum = int64_t(op.conv.max_sum[channel]) + offset + 1;
    if (shift > 31 || max_sum > INT32_MAX >> shift) return false;
  }
  return true;
}

}  // namespace

Op with_offset(const Op& op, int offset) {
  if (offset == 0) return op;
  Op moved = op;
  moved.format.lo += offset;
  moved.format.hi += offset;
  for (int channel = 0; channel < op.channels; ++channel) {
    const uint32_t bias = uint32_t(op.conv.bias[channel]);
    moved.conv.bias[channel] = int32_t(bias + uint32_t(shifted(offset, op.shifts[channel])));
    moved.conv.min_sum[channel] += offset;
    moved.conv.max_sum[channel] += offset;
  }
  return moved;
}

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

DenseLayer::DenseLayer(const Op& op, const Op& source, const std::vector<int>& shifts,
                       const Kernels& kernels)
    : outs(op.channels / op.conv.groups) {
  const Convolution& conv = op.conv;
  for (int i = 0; i < conv.ins; ++i) {
    for (int dy = 0; dy < conv.rows; ++dy) {
      for (int dx = 0; dx < conv.columns; ++dx) {
        taps.push_back({i, dy - conv.top, dx - conv.left});
      }
    }
  }
  offset = source.format.lo < 0 ? 128 : 0;
  quads = kernels.has_quads && fits_bytes(source, offset) &&
          std::all_of(conv.weight.begin(), conv.weight.end(),
                      [](int16_t weight) { return weight >= INT8_MIN && weight <= INT8_MAX; });
  if (!quads) offset = 0;
  const bool shifted_sums =
      quads && std::any_of(shifts.begin(), shifts.end(), [](int shift) { return shift != 0; });
  if (shifted_sums) left.assign(shifts.begin(), shifts.end());
  const size_t count = taps.size(), size = size_t(tuple_size());
  tuples = int((count + size - 1) / size);

  std::vector<int32_t> numbers;
  for (int channel = 0; channel < op.channels; ++channel) {
    int32_t sum = 0;
    for (size_t tap = 0; tap < count; ++tap) {
      const int32_t weight = conv.weight[channel * count + tap];
      sum += weight;
      numbers.push_back(shifted(weight, quads ? 0 : shifts[channel]));
    }
    const uint32_t exact = uint32_t(conv.bias[channel]) - uint32_t(offset * sum);
    bias.push_back(shifted(int32_t(exact), shifts[channel]));
  }
  for (int group = 0; group < conv.groups; ++group) {
    for (int begin = 0; begin < outs; begin += kernels.dense_outs) {
      for (size_t tap = 0; tap < count; tap += size) {
        for (int out = begin; out < std::min(begin + kernels.dense_outs, outs); ++out) {
          const int32_t* channel = &numbers[size_t(group * outs + out) * count];
          weights.push_back(packed(channel + tap, std::min(count - tap, size), 32 / int(size)));
        }
      }
    }
  }
}

DepthwiseLayer::DepthwiseLayer(const Op& op) {
  const Convolution& conv = op.conv;
  // Even pixels read the columns -left .. columns - 1 - left from their own, odd pixels the same
  // shifted by one: in pairs that begin at even pixels, rounded outwards.
  first_pair = -((conv.left + 1) / 2);
  pairs = (conv.columns - conv.left) / 2 - first_pair + 1;
  for (int out = 0; out < op.channels; out += 2) fits.push_back(fit_of(op, out));
  for (int channel = 0; channel < op.channels; ++channel) {
    for (int dy = 0; dy < conv.rows; ++dy) {
      const int16_t* row = &conv.weight[(size_t(channel) * conv.rows + dy) * conv.columns];
      const auto weight = [&](int dx) { return dx >= 0 && dx < conv.columns ? row[dx] : 0; };
      for (int pair = 0; pair < pairs; ++pair) {
        const int dx = 2 * (first_pair + pair) + conv.left;
        weights.push_back(packed(weight(dx), weight(dx + 1)));
        weights.push_back(packed(weight(dx - 1), weight(dx)));
      }
    }
  }
}

}  // namespace srq
