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

int32_t shifted(int32_t number, int left) { return int32_t(uint32_t(number) << left); }

// What is proved of output channel `out`.
Fit fit_of(const Op& op, int out) {
  if (op.shifts[out] < 0 || op.shifts[out] > 16) return Fit::none;
  const int32_t min_sum = op.conv.min_sum[out], max_sum = op.conv.max_sum[out];
  if (min_sum >= op.format.lo && max_sum <= op.format.hi) return Fit::format;
  return min_sum >= INT16_MIN && max_sum <= INT16_MAX ? Fit::int16 : Fit::none;
}

// What is added to the op's values where they become bytes.
int offset_of(const Op& op) { return op.format.lo < 0 ? 128 : 0; }

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

int32_t packed(int32_t first, int32_t second) {
  const int32_t numbers[2] = {first, second};
  return packed(numbers, 2, 16);
}

ValueRange range_of(const Op& op, int channel) {
  int32_t lo = op.format.lo, hi = op.format.hi;
  if (op.kind == Kind::conv && !op.accumulator) {
    lo = std::clamp(op.conv.min_sum[channel], lo, hi);
    hi = std::clamp(op.conv.max_sum[channel], op.format.lo, hi);
  }
  return {std::min(lo, 0), std::max(hi, 0)};
}

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

bool takes_bytes(const Op& op, const Op& source, const Kernels& kernels) {
  const std::vector<int16_t>& weights = op.conv.weight;
  return kernels.quads != Quads::none && fits_bytes(source, offset_of(source)) &&
         std::all_of(weights.begin(), weights.end(),
                     [](int16_t weight) { return weight >= INT8_MIN && weight <= INT8_MAX; });
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
  offset = offset_of(source);
  quads = takes_bytes(op, source, kernels) &&
          (kernels.quads == Quads::exact || take_chunks(op, source, shifts, kernels));
  if (!quads) offset = 0;
  const size_t count = taps.size();
  tuples = int((count + tuple_size() - 1) / tuple_size());
  take_bias(op, shifts);
  if (quads && std::any_of(shifts.begin(), shifts.end(), [](int shift) { return shift != 0; })) {
    left.assign(shifts.begin(), shifts.end());
  }
  if (!blocks.empty()) return;
  Numbers numbers(conv.weight.begin(), conv.weight.end());
  for (size_t i = 0; i < numbers.size() && !quads; ++i) {
    numbers[i] = shifted(numbers[i], shifts[i / count]);
  }
  take_tuples(numbers, conv.groups, kernels.dense_outs);
}

bool DenseLayer::take_chunks(const Op& op, const Op& source, const std::vector<int>& shifts,
                             const Kernels& kernels) {
  // They are shifted by a product with 1 << shift, which must fit int16.
  if (std::any_of(shifts.begin(), shifts.end(), [](int shift) { return shift > 14; })) return false;
  const Numbers numbers(op.conv.weight.begin(), op.conv.weight.end());
  int by_chunks = 0;  // vector instructions of a sum: five a chunk, or those of a pair
  for (int group = 0; group < op.conv.groups; ++group) {
    std::vector<ByteRange> inputs;
    for (const Tap& tap : taps) {
      const ValueRange range = range_of(source, group * op.conv.ins + tap.in);
      inputs.push_back({range.lo + offset, range.hi + offset});
    }
    for (int begin = 0; begin < outs; begin += kernels.dense_outs) {
      std::vector<const int32_t*> channels;
      for (int out = begin; out < std::min(begin + kernels.dense_outs, outs); ++out) {
        channels.push_back(&numbers[size_t(group * outs + out) * taps.size()]);
      }
      const Chunks chunks = chunks_of(channels, inputs, kernels.tuple_size);
      blocks.push_back(int32_t(weights.size()));
      weights.insert(weights.end(), chunks.words.begin(), chunks.words.end());
      by_chunks += 5 * chunks.count * int(channels.size());
    }
  }
  blocks_of_group = int(blocks.size()) / op.conv.groups;
  const int by_pairs = kernels.dot_cost * int((taps.size() + 1) / 2) * op.channels;
  if (by_chunks < by_pairs) return true;
  blocks.clear();
  weights.clear();
  return false;
}

void DenseLayer::take_bias(const Op& op, const std::vector<int>& shifts) {
  for (int channel = 0; channel < op.channels; ++channel) {
    int32_t sum = 0;
    for (size_t tap = 0; tap < taps.size(); ++tap) {
      sum += op.conv.weight[channel * taps.size() + tap];
    }
    const uint32_t exact = uint32_t(op.conv.bias[channel]) - uint32_t(offset * sum);
    bias.push_back(shifted(int32_t(exact), shifts[channel]));
  }
}

void DenseLayer::take_tuples(const Numbers& numbers, int groups, int dense_outs) {
  const size_t count = taps.size(), size = size_t(tuple_size());
  for (int group = 0; group < groups; ++group) {
    for (int begin = 0; begin < outs; begin += dense_outs) {
      for (size_t tap = 0; tap < count; tap += size) {
        for (int out = begin; out < std::min(begin + dense_outs, outs); ++out) {
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
  for (int out = 0; out < op.channels; ++out) fits.push_back(fit_of(op, out));
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
