// A Program as the engine reads it: srq/engines/native/encoding.py writes it as 32-bit integers,
// with everything derived (channels, scales, shifts, lags), and `parse` reads it back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace srq {

enum class Kind : int32_t {
  input,
  conv,
  add,
  requantize,
  pixel_shuffle,
  nearest_upsample,
  output,
  count
};

// The integers that a value can hold.
struct Format {
  int32_t lo = 0;
  int32_t hi = 0;

  bool fits_int16() const { return lo >= INT16_MIN && hi <= INT16_MAX; }
};

// The fields of a convolution; weight is (out, in / groups, rows, columns).
struct Convolution {
  int groups = 1;
  int ins = 1;  // input channels of a group
  int rows = 1;
  int columns = 1;
  int top = 0;
  int bottom = 0;
  int left = 0;
  int right = 0;
  std::vector<int16_t> weight;
  std::vector<int32_t> bias;     // one per output channel
  std::vector<int32_t> min_sum;  // what is proved of each rounded sum before it is saturated
  std::vector<int32_t> max_sum;
};

struct Op {
  Kind kind = Kind::input;
  std::vector<int> sources;  // indices of earlier ops
  int channels = 1;          // of the value that it makes
  int scale = 1;             // of that value
  int factor = 1;            // of a pixel shuffle or an upsampling
  bool accumulator = false;  // whether its value is an exact sum
  Format format;             // of its value
  int align[2] = {0, 0};     // left shifts of an addition's operands
  std::vector<int> shifts;   // per channel, for `requantize`
  int lag = 0;               // lines of its value by which it lags the input
  int above = 0;             // lines of its value beyond a region's that the region's output sees
  int below = 0;
  Convolution conv;  // of a convolution
};

struct Program {
  std::vector<Op> ops;  // the input first, the output last
  int delay = 0;        // low-resolution lines by which the output lags the input
  int left = 0;         // low-resolution columns beyond a region's that its output sees
  int right = 0;

  int scale() const { return ops.back().scale; }
};

// The first word of a program; its last byte is the version of the encoding.
constexpr int32_t kEncoding = 0x51525303;

// The program that `words` write. Throws std::invalid_argument where they write none.
Program parse(const int32_t* words, size_t count);

}  // namespace srq
