// What is done to planes: rows of float samples, their channels interleaved. Compiled for each
// instruction set, and the same bits everywhere: sums are taken in the order that is written.
#pragma once

#include <cstddef>
#include <cstdint>

namespace srq::image {

// The weights of each output sample along one axis: `count` of them from source sample `first` on,
// at `weights + x * stride`.
template <class Weight>
struct TapsOf {
  const int32_t* first;
  const int32_t* count;
  const Weight* weights;
  ptrdiff_t stride;
  ptrdiff_t length;
};

using Taps = TapsOf<float>;
// Of codes, in fixed point: whole numbers of 1 / 2^kFraction.
using CodeTaps = TapsOf<int32_t>;

constexpr int kFraction = 22;

struct PlaneKernels {
  // Each output pixel of each of kRows rows weighs pixels of its row. All rows may be read or
  // written kSlack samples beyond their ends.
  void (*weigh_pixels)(const float* const* rows, const Taps& taps, int channels, float* const* out);

  // The sum of rows[t][i] * weights[t], the first row first.
  void (*weigh_rows)(const float* const* rows, const float* weights, int count, ptrdiff_t samples,
                     float* out);

  // The same two of codes, each sum rounded half up and clipped to 0..255; `widen` makes the first
  // rows.
  void (*widen)(const uint8_t* codes, ptrdiff_t samples, int32_t* out);
  void (*weigh_code_pixels)(const int32_t* const* rows, const CodeTaps& taps, int channels,
                            int32_t* const* out);
  void (*weigh_code_rows)(const int32_t* const* rows, const int32_t* weights, int count,
                          ptrdiff_t samples, uint8_t* out);

  // The sum of rows[y][i + channels * x] * kernel[y * width + x], row after row.
  void (*convolve_row)(const float* const* rows, const float* kernel, int height, int width,
                       int channels, ptrdiff_t samples, float* out);

  // Each value, clipped to 0..1, to the power `exponent`.
  void (*powers)(const float* values, ptrdiff_t samples, float exponent, float* out);

  // The same of codes / 255.
  void (*powers_of_codes)(const double* codes, ptrdiff_t samples, float exponent, float* out);

  // The same of values, as codes: 255 times the power, cut to whole numbers.
  void (*truncated_powers)(const float* values, ptrdiff_t samples, float exponent, uint8_t* out);

  // codes + scale * table[draws], clipped to 0..255 and cut to whole numbers; 65,536 in the table.
  void (*truncated_sums)(const uint8_t* codes, const uint16_t* draws, const float* table,
                         float scale, ptrdiff_t samples, uint8_t* out);
};

constexpr int kRows = 8;
constexpr int kSlack = 4;

// The fastest that this machine has.
const PlaneKernels& plane_kernels();

}  // namespace srq::image
