// What is done to rows of samples, compiled for each instruction set. All of it is plain loops over
// pointers, and gives the same bits everywhere: sums are taken in the order that is written.
#pragma once

#include <cstddef>
#include <cstdint>

namespace srq::image {

// Luma of pixels: (weights . pixel + half) / denominator, rounded down, plus black. All products
// and sums are whole numbers below 2^52.
struct Luma {
  double weights[3];
  double half;
  double denominator;
  double black;
};

struct Kernels {
  const char* name;

  // The luma of `count` pixels of 1 or 3 channels; a gray pixel is one of three equal channels.
  void (*luma8)(const uint8_t* pixels, ptrdiff_t count, int channels, const Luma& luma,
                uint8_t* out);
  void (*luma16)(const uint16_t* pixels, ptrdiff_t count, int channels, const Luma& luma,
                 uint16_t* out);

  // span * pixel - gain * codes, of each channel; every value is whole, below 2^24. With a gain of
  // 0 there are no codes.
  void (*base8)(const uint8_t* pixels, const uint8_t* codes, ptrdiff_t count, int channels,
                float span, float gain, float* out);
  void (*base16)(const uint16_t* pixels, ptrdiff_t samples, float span, float* out);

  // The sum of taps[t][i] * weights[t], the first tap first; count <= kMaxTaps.
  void (*weigh_floats)(const float* const* taps, const double* weights, int count,
                       ptrdiff_t samples, double* out);
  void (*weigh_doubles)(const double* const* taps, const double* weights, int count,
                        ptrdiff_t samples, double* out);

  // (sum + gain * detail) / span, rounded half up and clipped; the sum is that of weigh_doubles.
  void (*finish8)(const double* const* taps, const double* weights, int count,
                  const uint8_t* detail, ptrdiff_t samples, double gain, double span, uint8_t* out);
  void (*finish16)(const double* const* taps, const double* weights, int count,
                   const double* detail, ptrdiff_t samples, double gain, double span,
                   uint16_t* out);

  // The same of 8 bits in whole numbers, for weights times 2^(shift / 2): int16 holds the first,
  // with codes for each sample, and int32 all sums.
  void (*base_whole)(const uint8_t* samples, const uint8_t* codes, ptrdiff_t count, int16_t span,
                     int16_t gain, int16_t* out);
  void (*weigh_whole)(const int16_t* const* taps, const int32_t* weights, int count,
                      ptrdiff_t samples, int32_t* out);
  void (*finish_whole)(const int32_t* const* taps, const int32_t* weights, int count, int shift,
                       const uint8_t* detail, ptrdiff_t samples, int32_t gain, int32_t span,
                       uint8_t* out);

  // Every step-th of `numbers`, `count` of them, three times each; `out` has room for one more.
  void (*spread)(const uint8_t* numbers, ptrdiff_t step, ptrdiff_t count, uint8_t* out);

  // Pixels of three samples, `count` of each of `scale` phases, which are `phase` samples apart: in
  // `out` the phases of a pixel stand side by side, each of `pixel` samples, 3 or 4, of which a
  // fourth says nothing. A sample more than there is may be read.
  void (*interleave8)(const uint8_t* samples, ptrdiff_t phase, int scale, ptrdiff_t count,
                      int pixel, uint8_t* out);
  void (*interleave16)(const uint16_t* samples, ptrdiff_t phase, int scale, ptrdiff_t count,
                       int pixel, uint16_t* out);

  // detail - codes, less what may come of rounding: sizes below 2 * rounding shrink, to nothing
  // at `rounding`. In place of `detail`.
  void (*beyond_rounding)(double* detail, const double* codes, ptrdiff_t samples, double rounding);

  // A row's differences by the PNG filters 0 to 4, each `bytes` long, after one another in `out`;
  // `effort` is the sum of each as signed sizes. `pixel` bytes before `row` and `above` are 0.
  void (*png_filters)(const uint8_t* row, const uint8_t* above, ptrdiff_t bytes, int pixel,
                      uint8_t* out, int64_t* effort);
};

constexpr int kMaxTaps = 5;
constexpr int kPngFilters = 5;

// The fastest that this machine has.
const Kernels& kernels();

}  // namespace srq::image
