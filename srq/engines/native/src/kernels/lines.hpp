// Kernels over lines, in plain C++ that the compiler vectorizes.
#pragma once

#include "kernels/kernels.hpp"

namespace srq {
namespace {

struct LineKernels {
  template <class T, int kFactor>
  static void interleave_by(const int16_t* lines, ptrdiff_t stride, ptrdiff_t count, T* pixels) {
    for (ptrdiff_t i = 0; i < count; ++i) {
      for (int f = 0; f < kFactor; ++f) pixels[i * kFactor + f] = T(lines[f * stride + i]);
    }
  }

  template <class T>
  static void interleave_into(const int16_t* lines, ptrdiff_t stride, int factor, ptrdiff_t count,
                              T* pixels) {
    if (factor == 2) return interleave_by<T, 2>(lines, stride, count, pixels);
    if (factor == 3) return interleave_by<T, 3>(lines, stride, count, pixels);
    if (factor == 4) return interleave_by<T, 4>(lines, stride, count, pixels);
    for (ptrdiff_t i = 0; i < count; ++i) {
      for (int f = 0; f < factor; ++f) pixels[i * factor + f] = T(lines[f * stride + i]);
    }
  }

  static void interleave(const int16_t* lines, ptrdiff_t stride, int factor, ptrdiff_t count,
                         void* pixels, bool is_uint8) {
    if (is_uint8)
      return interleave_into(lines, stride, factor, count, static_cast<uint8_t*>(pixels));
    interleave_into(lines, stride, factor, count, static_cast<uint16_t*>(pixels));
  }

  template <class T>
  static void multiply_add(int32_t* sums, const T* source, int32_t weight, ptrdiff_t count) {
    // Unsigned: what wraps on the way is right at the end, as the final sum is proved to fit.
    for (ptrdiff_t i = 0; i < count; ++i) {
      sums[i] = int32_t(uint32_t(sums[i]) + uint32_t(int32_t(source[i])) * uint32_t(weight));
    }
  }

  static void requantize(int32_t* sums, int shift, int32_t lo, int32_t hi, ptrdiff_t count) {
    const int right = shift > 0 ? shift : 0, left = shift < 0 ? -shift : 0;
    const uint32_t half = right > 0 ? 1u << (right - 1) : 0;
    for (ptrdiff_t i = 0; i < count; ++i) {
      int32_t sum = int32_t(uint32_t(sums[i]) + half) >> right;
      sum = int32_t(uint32_t(sum) << left);
      sum = sum < lo ? lo : sum;
      sums[i] = sum > hi ? hi : sum;
    }
  }
};

}  // namespace
}  // namespace srq
