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

// Several rows at once: the sum of one waits for its last product, the others do not.
void weigh_pixels(const float* const* rows, const Taps& taps, int channels, float* const* out) {
  for (ptrdiff_t x = 0; x < taps.length; ++x) {
    const float* weights = taps.weights + x * taps.stride;
    const ptrdiff_t from = ptrdiff_t(taps.first[x]) * channels;
    const int count = taps.count[x];
    if (channels == 1) {
      float sums[kRows] = {};
      for (int t = 0; t < count; ++t) {
        for (int r = 0; r < kRows; ++r) sums[r] += rows[r][from + t] * weights[t];
      }
      for (int r = 0; r < kRows; ++r) out[r][x] = sums[r];
    } else {
      // The fourth sample is the next pixel's, and so is the place it is written to.
      Four sums[kRows] = {};
      for (int t = 0; t < count; ++t) {
        const float weight = weights[t];
        for (int r = 0; r < kRows; ++r) sums[r] += four(rows[r] + from + 3 * t) * weight;
      }
      for (int r = 0; r < kRows; ++r) *reinterpret_cast<Four*>(out[r] + 3 * x) = sums[r];
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

typedef int32_t FourWhole __attribute__((vector_size(16), aligned(4)));
typedef int32_t EightWhole __attribute__((vector_size(32), aligned(4)));

inline const FourWhole& four(const int32_t* at) { return *reinterpret_cast<const FourWhole*>(at); }
inline const EightWhole& eight(const int32_t* at) {
  return *reinterpret_cast<const EightWhole*>(at);
}

constexpr int32_t kHalf = 1 << (kFraction - 1);

inline int32_t code(int32_t sum) {
  const int32_t whole = sum >> kFraction;
  return whole < 0 ? 0 : whole < 255 ? whole : 255;
}

inline FourWhole code(FourWhole sums) {
  const FourWhole whole = sums >> kFraction;
  const FourWhole above = whole > 0 ? whole : 0;
  return above < 255 ? above : 255;
}

void widen(const uint8_t* __restrict codes, ptrdiff_t samples, int32_t* __restrict out) {
  for (ptrdiff_t i = 0; i < samples; ++i) out[i] = codes[i];
}

void weigh_code_pixels(const int32_t* const* rows, const CodeTaps& taps, int channels,
                       int32_t* const* out) {
  for (ptrdiff_t x = 0; x < taps.length; ++x) {
    const int32_t* weights = taps.weights + x * taps.stride;
    const ptrdiff_t from = ptrdiff_t(taps.first[x]) * channels;
    const int count = taps.count[x];
    if (channels == 1) {
      int32_t sums[kRows];
      for (int r = 0; r < kRows; ++r) sums[r] = kHalf;
      for (int t = 0; t < count; ++t) {
        for (int r = 0; r < kRows; ++r) sums[r] += rows[r][from + t] * weights[t];
      }
      for (int r = 0; r < kRows; ++r) out[r][x] = code(sums[r]);
    } else {
      FourWhole sums[kRows];
      for (int r = 0; r < kRows; ++r) sums[r] = FourWhole{} + kHalf;
      for (int t = 0; t < count; ++t) {
        const int32_t weight = weights[t];
        for (int r = 0; r < kRows; ++r) sums[r] += four(rows[r] + from + 3 * t) * weight;
      }
      for (int r = 0; r < kRows; ++r) {
        *reinterpret_cast<FourWhole*>(out[r] + 3 * x) = code(sums[r]);
      }
    }
  }
}

void weigh_code_rows(const int32_t* const* rows, const int32_t* weights, int count,
                     ptrdiff_t samples, uint8_t* out) {
  ptrdiff_t i = 0;
  for (; i + 32 <= samples; i += 32) {
    int32_t made[32];
    EightWhole a = EightWhole{} + kHalf, b = a, c = a, d = a;
    for (int t = 0; t < count; ++t) {
      const int32_t* row = rows[t] + i;
      const int32_t weight = weights[t];
      a += eight(row) * weight;
      b += eight(row + 8) * weight;
      c += eight(row + 16) * weight;
      d += eight(row + 24) * weight;
    }
    *reinterpret_cast<EightWhole*>(made) = a;
    *reinterpret_cast<EightWhole*>(made + 8) = b;
    *reinterpret_cast<EightWhole*>(made + 16) = c;
    *reinterpret_cast<EightWhole*>(made + 24) = d;
    for (int s = 0; s < 32; ++s) out[i + s] = uint8_t(code(made[s]));
  }
  for (; i < samples; ++i) {
    int32_t sum = kHalf;
    for (int t = 0; t < count; ++t) sum += rows[t][i] * weights[t];
    out[i] = uint8_t(code(sum));
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

inline uint32_t bits_of(float value) { return __builtin_bit_cast(uint32_t, value); }
inline float float_of(uint32_t bits) { return __builtin_bit_cast(float, bits); }

// What is darker is 0; its powers up to 2.5 are normal floats.
constexpr float kDark = 1e-15f;

// base ^ exponent, clipped to 0..1, for a base in 0..1 and an exponent in 0..2.5: e ^ (exponent *
// log(base)) by the polynomials of the Cephes library in float32. srq.image.planes says the same in
// NumPy, operation by operation.
inline float power(float base, float exponent) {
  const float safe = base > kDark ? base : kDark;
  // safe = mantissa * 2^whole, the mantissa from sqrt(1/2) to sqrt(2)
  const uint32_t bits = bits_of(safe);
  const float half = float_of((bits & 0x007fffffu) | 0x3f000000u);
  const float small = half < 0.707106781186547524f ? 1.0f : 0.0f;
  const float whole = float(int32_t(bits >> 23) - 126) - small;
  const float x = (half - 1.0f) + half * small;
  const float square = x * x;
  float log = 7.0376836292e-2f;
  log = log * x - 1.1514610310e-1f;
  log = log * x + 1.1676998740e-1f;
  log = log * x - 1.2420140846e-1f;
  log = log * x + 1.4249322787e-1f;
  log = log * x - 1.6668057665e-1f;
  log = log * x + 2.0000714765e-1f;
  log = log * x - 2.4999993993e-1f;
  log = log * x + 3.3333331174e-1f;
  log = log * x * square;
  log = log + whole * -2.12194440e-4f;
  log = log - square * 0.5f;
  log = (x + log) + whole * 0.693359375f;

  const float y = log * exponent;
  // e^y = 2^twos * e^r
  const float scaled = y * 1.44269504088896341f + 0.5f;
  const float cut = float(int32_t(scaled));
  const float twos = cut - (cut > scaled ? 1.0f : 0.0f);
  const float r = (y - twos * 0.693359375f) - twos * -2.12194440e-4f;
  float exp = 1.9875691500e-4f;
  exp = exp * r + 1.3981999507e-3f;
  exp = exp * r + 8.3334519073e-3f;
  exp = exp * r + 4.1665795894e-2f;
  exp = exp * r + 1.6666665459e-1f;
  exp = exp * r + 5.0000001201e-1f;
  exp = (exp * (r * r) + r) + 1.0f;
  const float made = exp * float_of(uint32_t(int32_t(twos) + 127) << 23);
  const float clipped = made < 1.0f ? made : 1.0f;
  return base < kDark ? 0.0f : clipped;
}

inline float clip(float value) {
  value = value > 0 ? value : 0;
  return value < 1 ? value : 1;
}

void powers(const float* __restrict values, ptrdiff_t samples, float exponent,
            float* __restrict out) {
  for (ptrdiff_t i = 0; i < samples; ++i) out[i] = power(clip(values[i]), exponent);
}

void powers_of_codes(const double* __restrict codes, ptrdiff_t samples, float exponent,
                     float* __restrict out) {
  for (ptrdiff_t i = 0; i < samples; ++i) {
    out[i] = power(clip(float(codes[i] / 255.0)), exponent);
  }
}

void truncated_powers(const float* __restrict values, ptrdiff_t samples, float exponent,
                      uint8_t* __restrict out) {
  if (exponent == 0.5f) {
    for (ptrdiff_t i = 0; i < samples; ++i) {
      out[i] = uint8_t(int32_t(__builtin_sqrtf(clip(values[i])) * 255.0f));
    }
  } else if (exponent == 1.0f) {
    for (ptrdiff_t i = 0; i < samples; ++i) out[i] = uint8_t(int32_t(clip(values[i]) * 255.0f));
  } else {
    for (ptrdiff_t i = 0; i < samples; ++i) {
      out[i] = uint8_t(int32_t(power(clip(values[i]), exponent) * 255.0f));
    }
  }
}

void truncated_sums(const uint8_t* __restrict codes, const uint16_t* __restrict draws,
                    const float* __restrict table, float scale, ptrdiff_t samples,
                    uint8_t* __restrict out) {
  for (ptrdiff_t i = 0; i < samples; ++i) {
    const float sum = float(codes[i]) + table[draws[i]] * scale;
    const float above = sum > 0 ? sum : 0;
    out[i] = uint8_t(int32_t(above < 255 ? above : 255));
  }
}

}  // namespace

extern const PlaneKernels SRQ_JOIN(plane_kernels_, SRQ_ISA) = {
    weigh_pixels, weigh_rows, widen,           weigh_code_pixels, weigh_code_rows,
    convolve_row, powers,     powers_of_codes, truncated_powers,  truncated_sums,
};

}  // namespace srq::image
