#include "plan/winograd.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "plan/layer.hpp"

namespace srq {
namespace {

constexpr int kSize = 4;

using Row = std::array<int64_t, 3>;
using TransformedRow = std::array<int64_t, kSize>;

// Twice Winograd's transform of weights, with the signs of kernels/winograd.hpp.
TransformedRow transformed(const Row& g) {
  return {-2 * g[0], g[0] + g[1] + g[2], g[0] - g[1] + g[2], 2 * g[2]};
}

using Transformed = std::array<std::array<int64_t, kSize>, kSize>;

// Both ways: four times Winograd's transform of a kernel.
Transformed transformed(const int16_t* kernel, int left) {
  std::array<TransformedRow, 3> rows;
  for (int dy = 0; dy < 3; ++dy) {
    Row row;
    for (int dx = 0; dx < 3; ++dx) row[dx] = int64_t(kernel[3 * dy + dx]) * (int64_t(1) << left);
    rows[dy] = transformed(row);
  }
  Transformed made;
  for (int p = 0; p < kSize; ++p) {
    const TransformedRow column = transformed(Row{rows[0][p], rows[1][p], rows[2][p]});
    for (int r = 0; r < kSize; ++r) made[r][p] = column[r];
  }
  return made;
}

bool has_the_shape(const Op& op) {
  const Convolution& conv = op.conv;
  return conv.groups == 1 && conv.rows == 3 && conv.columns == 3 && conv.top == 1 &&
         conv.bottom == 1 && conv.left == 1 && conv.right == 1;
}

// By vector instructions for two lines of a vector of pixels; what both ways do besides their
// products was counted. Where one instruction multiplies quads of bytes, direct sums are faster.
bool is_faster(const Op& op, const Op& source, const Kernels& kernels) {
  if (kernels.quads == Quads::exact && takes_bytes(op, source, kernels)) return false;
  const int pairs = (op.conv.ins + 1) / 2, outs = op.channels;
  const int winograd = 16 * pairs * outs * kernels.dot_cost + 112 * pairs + 70 * outs;
  const int direct = 4 * ((9 * op.conv.ins + 1) / 2) * outs * kernels.dot_cost;
  return winograd < direct;
}

// The transformed kernels, (outs, 2 * pairs): of an odd number of inputs the last is of zeros.
std::vector<Transformed> transformed_kernels(const Op& op, const std::vector<int>& shifts,
                                             int pairs) {
  std::vector<Transformed> made(size_t(op.channels) * 2 * pairs);
  for (int out = 0; out < op.channels; ++out) {
    for (int in = 0; in < op.conv.ins; ++in) {
      const int16_t* kernel = &op.conv.weight[(size_t(out) * op.conv.ins + in) * 9];
      made[size_t(out) * 2 * pairs + in] = transformed(kernel, shifts[out]);
    }
  }
  return made;
}

bool fits_int16(const Transformed& kernel) {
  return std::all_of(kernel.begin(), kernel.end(), [](const TransformedRow& row) {
    return std::all_of(row.begin(), row.end(),
                       [](int64_t number) { return number >= INT16_MIN && number <= INT16_MAX; });
  });
}

// Whether int32 holds four times the sums of an output channel, with what rounds them.
bool sums_fit(const Op& op, const Op& source, int out, int left, const Summand& more, int right) {
  int64_t lo = op.conv.bias[out], hi = lo;
  const int16_t* weight = &op.conv.weight[size_t(out) * op.conv.ins * 9];
  for (int in = 0; in < op.conv.ins; ++in) {
    const ValueRange range = range_of(source, in);
    for (int tap = 0; tap < 9; ++tap, ++weight) {
      const int64_t of_lo = int64_t(*weight) * range.lo, of_hi = int64_t(*weight) * range.hi;
      lo += std::min(of_lo, of_hi);
      hi += std::max(of_lo, of_hi);
    }
  }
  lo *= int64_t(4) << left;
  hi *= int64_t(4) << left;
  if (more.op) {
    lo += more.op->format.lo * (int64_t(4) << more.shift);
    hi += more.op->format.hi * (int64_t(4) << more.shift);
  }
  return lo >= INT32_MIN && hi + (int64_t(2) << right) <= INT32_MAX;
}

// The bias of four times the sums, modulo 2^32 as these are.
int32_t bias_of(const Op& op, int out, int left, int center) {
  const auto weight = op.conv.weight.begin() + ptrdiff_t(out) * op.conv.ins * 9;
  const int64_t sum = std::accumulate(weight, weight + op.conv.ins * 9, int64_t(0));
  return int32_t(uint32_t((op.conv.bias[out] + sum * center) * (int64_t(4) << left)));
}

// Place by place, in blocks of dense_outs output channels.
std::vector<int32_t> in_order(const std::vector<Transformed>& transformed, int outs, int pairs,
                              int dense_outs) {
  std::vector<int32_t> made;
  for (int row = 0; row < kSize; ++row) {
    for (int column = 0; column < kSize; ++column) {
      for (int begin = 0; begin < outs; begin += dense_outs) {
        for (int pair = 0; pair < pairs; ++pair) {
          for (int out = begin; out < std::min(begin + dense_outs, outs); ++out) {
            const Transformed* of = &transformed[(size_t(out) * pairs + pair) * 2];
            made.push_back(packed(int32_t(of[0][row][column]), int32_t(of[1][row][column])));
          }
        }
      }
    }
  }
  return made;
}

}  // namespace

std::optional<WinogradLayer> winograd_layer(const Op& op, const Op& source,
                                            const std::vector<int>& shifts, const Summand& more,
                                            const std::vector<int>& rounding,
                                            const Kernels& kernels) {
  if (!has_the_shape(op) || !is_faster(op, source, kernels)) return std::nullopt;
  // Four numbers less the center are added up in int16.
  if (int64_t(source.format.hi) - source.format.lo >= 1 << 14) return std::nullopt;
  WinogradLayer layer;
  layer.pairs = (op.conv.ins + 1) / 2;
  layer.outs = op.channels;
  layer.center = (source.format.hi + source.format.lo + 1) / 2;
  for (int out = 0; out < op.channels; ++out) {
    const int right = rounding.size() == 1 ? rounding[0] : rounding[out];
    if (right < 0 || right > 29) return std::nullopt;
    if (!sums_fit(op, source, out, shifts[out], more, right)) return std::nullopt;
    layer.bias.push_back(bias_of(op, out, shifts[out], layer.center));
  }
  const std::vector<Transformed> transformed = transformed_kernels(op, shifts, layer.pairs);
  if (!std::all_of(transformed.begin(), transformed.end(), fits_int16)) return std::nullopt;
  layer.weights = in_order(transformed, layer.outs, layer.pairs, kernels.dense_outs);
  return layer;
}

}  // namespace srq
