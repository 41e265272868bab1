// The kernels for the instruction set SRQ_ISA: the compiler turns the loops into its vectors.
// Nothing here uses the standard library, whose functions the linker would share among sets.
#include "kernels.hpp"

#define SRQ_JOIN_(a, b) a##b
#define SRQ_JOIN(a, b) SRQ_JOIN_(a, b)
#define SRQ_STRING_(a) #a
#define SRQ_STRING(a) SRQ_STRING_(a)

namespace srq::image {
namespace {

template <class T>
void luma(const T* __restrict pixels, ptrdiff_t count, int channels, const Luma& luma,
          T* __restrict out) {
  const double red = luma.weights[0], green = luma.weights[1], blue = luma.weights[2];
  // A half more keeps quotients that are whole from falling below by an error of the product.
  const double half = luma.half + 0.5, inverse = 1 / luma.denominator;
  const int32_t black = int32_t(luma.black);
  if (channels == 1) {
    for (ptrdiff_t i = 0; i < count; ++i) {
      const double v = pixels[i];
      out[i] = T(int32_t((red * v + green * v + blue * v + half) * inverse) + black);
    }
    return;
  }
  for (ptrdiff_t i = 0; i < count; ++i) {
    const double sum = red * pixels[3 * i] + green * pixels[3 * i + 1] + blue * pixels[3 * i + 2];
    out[i] = T(int32_t((sum + half) * inverse) + black);
  }
}

void base8(const uint8_t* __restrict pixels, const uint8_t* __restrict codes, ptrdiff_t count,
           int channels, float span, float gain, float* __restrict out) {
  if (channels == 1) {
    for (ptrdiff_t i = 0; i < count; ++i) out[i] = span * pixels[i] - gain * codes[i];
    return;
  }
  for (ptrdiff_t i = 0; i < count; ++i) {
    const float code = gain * codes[i];
    for (int c = 0; c < 3; ++c) out[3 * i + c] = span * pixels[3 * i + c] - code;
  }
}

void base16(const uint16_t* __restrict pixels, ptrdiff_t samples, float span,
            float* __restrict out) {
  for (ptrdiff_t i = 0; i < samples; ++i) out[i] = span * pixels[i];
}

template <int Count, class T>
void weigh_of(const T* const* taps, const double* weights, ptrdiff_t samples,
              double* __restrict out) {
  const T* tap[Count];
  double weight[Count];
  for (int t = 0; t < Count; ++t) tap[t] = taps[t], weight[t] = weights[t];
  for (ptrdiff_t i = 0; i < samples; ++i) {
    double sum = double(tap[0][i]) * weight[0];
    for (int t = 1; t < Count; ++t) sum += double(tap[t][i]) * weight[t];
    out[i] = sum;
  }
}

template <class T>
void weigh(const T* const* taps, const double* weights, int count, ptrdiff_t samples, double* out) {
  switch (count) {
    case 1:
      return weigh_of<1>(taps, weights, samples, out);
    case 2:
      return weigh_of<2>(taps, weights, samples, out);
    case 3:
      return weigh_of<3>(taps, weights, samples, out);
    case 4:
      return weigh_of<4>(taps, weights, samples, out);
    default:
      return weigh_of<5>(taps, weights, samples, out);
  }
}

template <int Count, class Detail, class T>
void finish_of(const double* const* taps, const double* weights, const Detail* __restrict detail,
               ptrdiff_t samples, double gain, double span, T* __restrict out) {
  constexpr double peak = T(-1);
  const double* tap[Count];
  double weight[Count];
  for (int t = 0; t < Count; ++t) tap[t] = taps[t], weight[t] = weights[t];
  for (ptrdiff_t i = 0; i < samples; ++i) {
    double value = tap[0][i] * weight[0];
    for (int t = 1; t < Count; ++t) value += tap[t][i] * weight[t];
    value = (value + gain * detail[i]) / span + 0.5;
    value = value > 0 ? value : 0;
    value = value < peak ? value : peak;
    out[i] = T(int32_t(value));
  }
}

template <class Detail, class T>
void finish(const double* const* taps, const double* weights, int count, const Detail* detail,
            ptrdiff_t samples, double gain, double span, T* out) {
  switch (count) {
    case 1:
      return finish_of<1>(taps, weights, detail, samples, gain, span, out);
    case 2:
      return finish_of<2>(taps, weights, detail, samples, gain, span, out);
    case 3:
      return finish_of<3>(taps, weights, detail, samples, gain, span, out);
    case 4:
      return finish_of<4>(taps, weights, detail, samples, gain, span, out);
    default:
      return finish_of<5>(taps, weights, detail, samples, gain, span, out);
  }
}

void base_whole(const uint8_t* __restrict samples, const uint8_t* __restrict codes, ptrdiff_t count,
                int16_t span, int16_t gain, int16_t* __restrict out) {
  for (ptrdiff_t i = 0; i < count; ++i) out[i] = int16_t(span * samples[i] - gain * codes[i]);
}

template <int Count>
void weigh_whole_of(const int16_t* const* taps, const int32_t* weights, ptrdiff_t samples,
                    int32_t* __restrict out) {
  const int16_t* tap[Count];
  int32_t weight[Count];
  for (int t = 0; t < Count; ++t) tap[t] = taps[t], weight[t] = weights[t];
  for (ptrdiff_t i = 0; i < samples; ++i) {
    int32_t sum = tap[0][i] * weight[0];
    for (int t = 1; t < Count; ++t) sum += tap[t][i] * weight[t];
    out[i] = sum;
  }
}

void weigh_whole(const int16_t* const* taps, const int32_t* weights, int count, ptrdiff_t samples,
                 int32_t* out) {
  switch (count) {
    case 1:
      return weigh_whole_of<1>(taps, weights, samples, out);
    case 2:
      return weigh_whole_of<2>(taps, weights, samples, out);
    case 3:
      return weigh_whole_of<3>(taps, weights, samples, out);
    case 4:
      return weigh_whole_of<4>(taps, weights, samples, out);
    default:
      return weigh_whole_of<5>(taps, weights, samples, out);
  }
}

// Floor((sum + half of span * 2^shift) / 2^shift) and the detail make at most 256 span: over that,
// a half more keeps quotients from falling below a whole number by an error of the product.
template <int Count>
void finish_whole_of(const int32_t* const* taps, const int32_t* weights, int shift,
                     const uint8_t* __restrict detail, ptrdiff_t samples, int32_t gain,
                     int32_t span, uint8_t* __restrict out) {
  const int32_t* tap[Count];
  int32_t weight[Count];
  for (int t = 0; t < Count; ++t) tap[t] = taps[t], weight[t] = weights[t];
  const int32_t half = span << (shift - 1), most = 256 * span - 1;
  const float inverse = 1.0f / float(span);
  for (ptrdiff_t i = 0; i < samples; ++i) {
    int32_t value = half + tap[0][i] * weight[0];
    for (int t = 1; t < Count; ++t) value += tap[t][i] * weight[t];
    value = (value >> shift) + gain * detail[i];
    value = value > 0 ? value : 0;
    value = value < most ? value : most;
    out[i] = uint8_t(int32_t((float(value) + 0.5f) * inverse));
  }
}

void finish_whole(const int32_t* const* taps, const int32_t* weights, int count, int shift,
                  const uint8_t* detail, ptrdiff_t samples, int32_t gain, int32_t span,
                  uint8_t* out) {
  switch (count) {
    case 1:
      return finish_whole_of<1>(taps, weights, shift, detail, samples, gain, span, out);
    case 2:
      return finish_whole_of<2>(taps, weights, shift, detail, samples, gain, span, out);
    case 3:
      return finish_whole_of<3>(taps, weights, shift, detail, samples, gain, span, out);
    case 4:
      return finish_whole_of<4>(taps, weights, shift, detail, samples, gain, span, out);
    default:
      return finish_whole_of<5>(taps, weights, shift, detail, samples, gain, span, out);
  }
}

// Four samples are written where three are due, in one step: the next pixel overwrites the fourth.
template <int Step>
void spread_by(const uint8_t* __restrict numbers, ptrdiff_t step, ptrdiff_t count,
               uint8_t* __restrict out) {
  for (ptrdiff_t i = 0; i < count; ++i) {
    const uint32_t four = 0x01010101u * numbers[i * (Step ? Step : step)];
    __builtin_memcpy(out + 3 * i, &four, sizeof four);
  }
}

void spread(const uint8_t* numbers, ptrdiff_t step, ptrdiff_t count, uint8_t* out) {
  if (step == 1) return spread_by<1>(numbers, step, count, out);
  if (step == 2) return spread_by<2>(numbers, step, count, out);
  spread_by<0>(numbers, step, count, out);
}

// As in spread_by; of pixels of three samples, three are written of the last.
template <int Scale, int Pixel, class T>
void interleave_by(const T* __restrict samples, ptrdiff_t phase, int scale, ptrdiff_t count,
                   T* __restrict out) {
  const int phases = Scale ? Scale : scale;
  const ptrdiff_t fours = Pixel == 4 ? count : count - 1;
  for (ptrdiff_t i = 0; i < fours; ++i) {
    for (int c = 0; c < phases; ++c, out += Pixel) {
      __builtin_memcpy(out, samples + c * phase + 3 * i, 4 * sizeof(T));
    }
  }
  for (int c = 0; c < phases && fours < count; ++c, out += Pixel) {
    __builtin_memcpy(out, samples + c * phase + 3 * fours, 3 * sizeof(T));
  }
}

template <class T>
void interleave(const T* samples, ptrdiff_t phase, int scale, ptrdiff_t count, int pixel, T* out) {
  if (pixel == 4) {
    if (scale == 2) return interleave_by<2, 4>(samples, phase, scale, count, out);
    return interleave_by<0, 4>(samples, phase, scale, count, out);
  }
  if (scale == 2) return interleave_by<2, 3>(samples, phase, scale, count, out);
  interleave_by<0, 3>(samples, phase, scale, count, out);
}

void beyond_rounding(double* __restrict detail, const double* __restrict codes, ptrdiff_t samples,
                     double rounding) {
  for (ptrdiff_t i = 0; i < samples; ++i) {
    const double whole = detail[i] - codes[i];
    const double size = whole < 0 ? -whole : whole;
    double kept = size - rounding;
    kept = 2 * (kept > 0 ? kept : 0);
    kept = kept < size ? kept : size;
    detail[i] = whole < 0 ? -kept : kept;
  }
}

inline uint8_t size_of(uint8_t difference) {
  const uint8_t negative = uint8_t(-difference);
  return difference < negative ? difference : negative;
}

int64_t effort_of(const uint8_t* row, ptrdiff_t bytes) {
  int64_t effort = 0;
  constexpr ptrdiff_t kPiece = 1 << 16;  // its sum fits into 32 bits
  for (ptrdiff_t start = 0; start < bytes; start += kPiece) {
    const ptrdiff_t end = start + kPiece < bytes ? start + kPiece : bytes;
    uint32_t sum = 0;
    for (ptrdiff_t i = start; i < end; ++i) sum += size_of(row[i]);
    effort += sum;
  }
  return effort;
}

inline int16_t distance(int16_t a) { return int16_t(a < 0 ? -a : a); }

void png_filters(const uint8_t* row, const uint8_t* above, ptrdiff_t bytes, int pixel,
                 uint8_t* __restrict out, int64_t* __restrict effort) {
  const uint8_t *left = row - pixel, *corner = above - pixel;
  uint8_t *none = out, *sub = out + bytes, *up = out + 2 * bytes, *average = out + 3 * bytes,
          *paeth = out + 4 * bytes;
  for (ptrdiff_t i = 0; i < bytes; ++i) none[i] = row[i];
  for (ptrdiff_t i = 0; i < bytes; ++i) sub[i] = uint8_t(row[i] - left[i]);
  for (ptrdiff_t i = 0; i < bytes; ++i) up[i] = uint8_t(row[i] - above[i]);
  for (ptrdiff_t i = 0; i < bytes; ++i) {
    average[i] = uint8_t(row[i] - ((left[i] & above[i]) + ((left[i] ^ above[i]) >> 1)));
  }
  for (ptrdiff_t i = 0; i < bytes; ++i) {
    const int16_t a = left[i], b = above[i], c = corner[i];
    const int16_t pa = distance(int16_t(b - c)), pb = distance(int16_t(a - c));
    const int16_t pc = distance(int16_t(a + b - 2 * c));
    const int16_t second = pb <= pc ? b : c;
    const int16_t nearest = (pa <= pb) & (pa <= pc) ? a : second;
    paeth[i] = uint8_t(row[i] - nearest);
  }
  for (int filter = 0; filter < kPngFilters; ++filter) {
    effort[filter] = effort_of(out + filter * bytes, bytes);
  }
}

}  // namespace

extern const Kernels SRQ_JOIN(kernels_, SRQ_ISA) = {
    SRQ_STRING(SRQ_ISA),
    luma<uint8_t>,
    luma<uint16_t>,
    base8,
    base16,
    weigh<float>,
    weigh<double>,
    finish<uint8_t, uint8_t>,
    finish<double, uint16_t>,
    base_whole,
    weigh_whole,
    finish_whole,
    spread,
    interleave<uint8_t>,
    interleave<uint16_t>,
    beyond_rounding,
    png_filters,
};

}  // namespace srq::image
