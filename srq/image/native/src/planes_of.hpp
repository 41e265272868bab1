// The kernels of planes for the instruction set SRQ_ISA. Nothing here uses the standard library,
// whose functions the linker would share among sets.
#include "planes.hpp"

#define SRQ_JOIN_(a, b) a##b
#define SRQ_JOIN(a, b) SRQ_JOIN_(a, b)

namespace srq::image {
namespace {

typedef float Four __attribute__((vector_size(16), aligned(4)));
typedef float Eight __attribute__((vector_size(32), aligned(4)));

inline const Four& four(const float* at) { return *reinterpret_cast<const Four*>(at); }
inline const Eight& eight(const float* at) { return *reinterpret_cast<const Eight*>(at); }

void weigh_pixels(const float* row, const Taps& taps, int channels, float* out) {
  for (ptrdiff_t x = 0; x < taps.length; ++x) {
    const float* weights = taps.weights + x * taps.stride;
    const float* pixel = row + ptrdiff_t(taps.first[x]) * channels;
    const int count = taps.count[x];
    if (channels == 1) {
      float sum = 0;
      for (int t = 0; t < count; ++t) sum += pixel[t] * weights[t];
      out[x] = sum;
    } else {
      // The fourth sample is the next pixel's, and so is the place it is written to.
      Four sum = {};
      for (int t = 0; t < count; ++t) sum += four(pixel + 3 * t) * weights[t];
      *reinterpret_cast<Four*>(out + 3 * x) = sum;
    }
  }
}

void weigh_rows(const float* const* rows, const float* weights, int count, ptrdiff_t samples,
                float* out) {
  ptrdiff_t i = 0;
  for (; i + 32 <= samples; i += 32) {
    Eight a = {}, b = {}, c = {}, d = {};
    for (int t = 0; t < count; ++t) {
      const float* row = rows[t] + i;
      const float weight = weights[t];
      a += eight(row) * weight;
      b += eight(row + 8) * weight;
      c += eight(row + 16) * weight;
      d += eight(row + 24) * weight;
    }
    *reinterpret_cast<Eight*>(out + i) = a;
    *reinterpret_cast<Eight*>(out + i + 8) = b;
    *reinterpret_cast<Eight*>(out + i + 16) = c;
    *reinterpret_cast<Eight*>(out + i + 24) = d;
  }
  for (; i < samples; ++i) {
    float sum = 0;
    for (int t = 0; t < count; ++t) sum += rows[t][i] * weights[t];
    out[i] = sum;
  }
}

void convolve_row(const float* const* rows, const float* kernel, int height, int width,
                  int channels, ptrdiff_t samples, float* out) {
  ptrdiff_t i = 0;
  for (; i + 32 <= samples; i += 32) {
    Eight a = {}, b = {}, c = {}, d = {};
    for (int y = 0; y < height; ++y) {
      const float* at = rows[y] + i;
      for (int x = 0; x < width; ++x, at += channels) {
        const float weight = kernel[y * width + x];
        a += eight(at) * weight;
        b += eight(at + 8) * weight;
        c += eight(at + 16) * weight;
        d += eight(at + 24) * weight;
      }
    }
    *reinterpret_cast<Eight*>(out + i) = a;
    *reinterpret_cast<Eight*>(out + i + 8) = b;
    *reinterpret_cast<Eight*>(out + i + 16) = c;
    *reinterpret_cast<Eight*>(out + i + 24) = d;
  }
  for (; i < samples; ++i) {
    float sum = 0;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        sum += rows[y][i + ptrdiff_t(channels) * x] * kernel[y * width + x];
      }
    }
    out[i] = sum;
  }
}

inline uint64_t bits_of(double value) { return __builtin_bit_cast(uint64_t, value); }
inline double double_of(uint64_t bits) { return __builtin_bit_cast(double, bits); }

// base ^ exponent for a base in 0..1 and an exponent above 0, to about 12 digits. srq.image.planes
// says the same in NumPy, operation by operation.
inline double power(double base, double exponent) {
  constexpr double kTiny = 1e-30, kHalf = 0.70710678118654752, kTwoTo52 = 4503599627370496.0,
                   kRound = 6755399441055744.0, kLog2E = 1.4426950408889634,
                   kLn2 = 0.69314718055994531;
  const double safe = base > kTiny ? base : kTiny;
  // safe = mantissa * 2^whole, the mantissa from sqrt(1/2) to sqrt(2)
  const uint64_t bits = bits_of(safe);
  const double half = double_of((bits & 0x000fffffffffffffu) | 0x3fe0000000000000u);
  const double whole = double_of((bits >> 52) | 0x4330000000000000u) - (kTwoTo52 + 1022);
  const double small = half < kHalf ? 1.0 : 0.0;
  const double mantissa = half + half * small;
  const double s = (mantissa - 1) / (mantissa + 1);
  const double q = s * s;
  double series = 1.0 / 15;
  series = series * q + 1.0 / 13;
  series = series * q + 1.0 / 11;
  series = series * q + 1.0 / 9;
  series = series * q + 1.0 / 7;
  series = series * q + 1.0 / 5;
  series = series * q + 1.0 / 3;
  series = series * q + 1.0;
  const double log2 = (whole - small) + (2 * kLog2E) * (s * series);
  const double y = log2 * exponent;
  // 2^y = 2^nearest * e^r
  const double shifted = y + kRound;
  const double nearest = shifted - kRound;
  const double r = (y - nearest) * kLn2;
  double e = 1.0 / 3628800;
  e = e * r + 1.0 / 362880;
  e = e * r + 1.0 / 40320;
  e = e * r + 1.0 / 5040;
  e = e * r + 1.0 / 720;
  e = e * r + 1.0 / 120;
  e = e * r + 1.0 / 24;
  e = e * r + 1.0 / 6;
  e = e * r + 0.5;
  e = e * r + 1.0;
  e = e * r + 1.0;
  const double made = e * double_of((bits_of(shifted) + 1023) << 52);
  return base > kTiny ? made : 0.0;
}

void to_light(const double* __restrict codes, ptrdiff_t samples, double exponent,
              float* __restrict out) {
  for (ptrdiff_t i = 0; i < samples; ++i) {
    double value = codes[i] / 255.0;
    value = value > 0 ? value : 0;
    value = value < 1 ? value : 1;
    out[i] = float(power(value, exponent));
  }
}

void from_light(const float* __restrict light, ptrdiff_t samples, double exponent,
                double* __restrict out) {
  for (ptrdiff_t i = 0; i < samples; ++i) {
    double value = light[i];
    value = value > 0 ? value : 0;
    value = value < 1 ? value : 1;
    out[i] = power(value, exponent);
  }
}

}  // namespace

extern const PlaneKernels SRQ_JOIN(plane_kernels_, SRQ_ISA) = {
    weigh_pixels, weigh_rows, convolve_row, to_light, from_light,
};

}  // namespace srq::image
