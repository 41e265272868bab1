// The inner kernels over an instruction set `Isa`, which has, for vectors `Words` of kLanes int16
// and `Sums` of half as many int32:
//
//   load, loadu, store        Words, from any address but `load`, which wants it aligned
//   splat, splat_pair, splat16  one number in all lanes: of Sums, of Words by twos, of Words
//   dot(s, a, b)              s + the products of neighbouring lanes, two by two
//   add, shift_right, shift_left  of Sums; shifts take their count per lane
//   join(a, b)                a and b saturated to int16: lane 2i is a's i, 2i + 1 is b's
//   clamp(w, lo, hi)          of Words
//   even(w), odd(w)           lanes 2i, 2i + 1, as Sums
//   pair_even(a, b), pair_odd   lanes 2i (2i + 1) of a and b side by side
//   store_exact(p, a, b)      Sums a and b by turns
//
// kBlocks vectors of pixels make a tile; kOuts sums of a tile stay in registers at once.
#pragma once

#include "kernels.hpp"

namespace srq {
namespace {  // one copy per instruction set, never merged by the linker

template <class Isa>
struct Inner {
  using Words = typename Isa::Words;
  using Sums = typename Isa::Sums;
  static constexpr int kLanes = Isa::kLanes;
  static constexpr int kVectors = 2 * Isa::kBlocks;  // of Sums in a tile
  static constexpr int kTile = Isa::kBlocks * kLanes;
  static constexpr int kPairSize = kVectors * kLanes;

  // What a Rounding says of one output channel, in registers.
  struct Round {
    Sums right;
    Sums left;
    bool shifts_left;

    Round(const Rounding& rounding, int out) : shifts_left(rounding.left != nullptr) {
      right = Isa::splat(rounding.right[out]);
      if (shifts_left) left = Isa::splat(rounding.left[out]);
    }

    Sums operator()(Sums sum) const {
      sum = Isa::shift_right(sum, right);
      return shifts_left ? Isa::shift_left(sum, left) : sum;
    }
  };

  static void store_line(const Target& target, int out, ptrdiff_t x, const Sums* sums, Words lo,
                         Words hi) {
    const ptrdiff_t at = out * target.stride + x;
    for (int b = 0; b < Isa::kBlocks; ++b) {
      const Sums even = sums[2 * b], odd = sums[2 * b + 1];
      if (target.exact) {
        Isa::store_exact(static_cast<int32_t*>(target.data) + at + b * kLanes, even, odd);
      } else {
        Isa::store(static_cast<int16_t*>(target.data) + at + b * kLanes,
                   Isa::clamp(Isa::join(even, odd), lo, hi));
      }
    }
  }

  static void gather(const Tap* taps, int pairs, ptrdiff_t x, int16_t* inputs) {
    for (int k = 0; k < pairs; ++k, inputs += kPairSize) {
      for (int b = 0; b < Isa::kBlocks; ++b) {
        const ptrdiff_t at = x + b * kLanes;
        const Words first = Isa::loadu(taps[k].first + at);
        const Words second = taps[k].second ? Isa::loadu(taps[k].second + at) : Isa::splat16(0);
        Isa::store(inputs + 2 * b * kLanes, Isa::pair_even(first, second));
        Isa::store(inputs + (2 * b + 1) * kLanes, Isa::pair_odd(first, second));
      }
    }
  }

  template <int kOuts>
  static void dense_block(const Dense& layer, int out, ptrdiff_t x) {
    Sums sums[kOuts][kVectors];
    for (int o = 0; o < kOuts; ++o) {
      const Sums init = Isa::splat(layer.rounding.init[out + o]);
      for (int v = 0; v < kVectors; ++v) sums[o][v] = init;
    }
    const int32_t* weights = layer.weights + ptrdiff_t(out) * layer.pairs;
    const int16_t* inputs = layer.inputs;
    for (int k = 0; k < layer.pairs; ++k, inputs += kPairSize, weights += kOuts) {
      Words input[kVectors];
      for (int v = 0; v < kVectors; ++v) input[v] = Isa::load(inputs + v * kLanes);
      for (int o = 0; o < kOuts; ++o) {
        const Words weight = Isa::splat_pair(weights[o]);
        for (int v = 0; v < kVectors; ++v) sums[o][v] = Isa::dot(sums[o][v], input[v], weight);
      }
    }
    const Words lo = Isa::splat16(layer.rounding.lo), hi = Isa::splat16(layer.rounding.hi);
    const Sums shift = Isa::splat(layer.residual_shift);
    for (int o = 0; o < kOuts; ++o) {
      if (layer.residual) {
        const int16_t* residual = layer.residual + (out + o) * layer.residual_stride + x;
        for (int b = 0; b < Isa::kBlocks; ++b) {
          const Words words = Isa::loadu(residual + b * kLanes);
          Sums& even = sums[o][2 * b];
          Sums& odd = sums[o][2 * b + 1];
          even = Isa::add(even, Isa::shift_left(Isa::even(words), shift));
          odd = Isa::add(odd, Isa::shift_left(Isa::odd(words), shift));
        }
      }
      const Round round(layer.rounding, out + o);
      for (int v = 0; v < kVectors; ++v) sums[o][v] = round(sums[o][v]);
      store_line(layer.target, out + o, x, sums[o], lo, hi);
    }
  }

  // The last outs - out < kOuts channels.
  template <int kOuts>
  static void dense_rest(const Dense& layer, int out, ptrdiff_t x) {
    if constexpr (kOuts > 0) {
      if (layer.outs - out == kOuts) return dense_block<kOuts>(layer, out, x);
      dense_rest<kOuts - 1>(layer, out, x);
    }
  }

  static void dense(const Dense& layer, ptrdiff_t x) {
    int out = 0;
    for (; out + Isa::kOuts <= layer.outs; out += Isa::kOuts) {
      dense_block<Isa::kOuts>(layer, out, x);
    }
    dense_rest<Isa::kOuts - 1>(layer, out, x);
  }

  // A kernel whose shape is only known when it runs.
  struct AnyShape {
    static constexpr bool even(int) { return true; }
    static constexpr bool odd(int) { return true; }
    static int rows(const Depthwise& layer) { return layer.rows; }
    static int pairs(const Depthwise& layer) { return layer.pairs; }
    static int first_pair(const Depthwise& layer) { return layer.first_pair; }
  };

  // An odd kernel with symmetric padding; even(m) and odd(m) say whether the m-th pair of pixels
  // holds a tap for even and for odd output pixels.
  template <int kRows, int kColumns>
  struct Shape {
    static constexpr int kLeft = kColumns / 2;
    static constexpr int kFirst = -((kLeft + 1) / 2);
    static constexpr int tap(int m) { return 2 * (kFirst + m) + kLeft; }
    static constexpr bool even(int m) { return tap(m) + 1 >= 0 && tap(m) < kColumns; }
    static constexpr bool odd(int m) { return tap(m) >= 0 && tap(m) - 1 < kColumns; }
    static constexpr int rows(const Depthwise&) { return kRows; }
    static constexpr int pairs(const Depthwise&) { return (kLeft + 1) / 2 + (kColumns - kLeft) / 2 + 1; }
    static constexpr int first_pair(const Depthwise&) { return kFirst; }
  };

  template <class S>
  static void depthwise_sums(const Depthwise& layer, int out, ptrdiff_t x, Sums* sums) {
    const Sums init = Isa::splat(layer.rounding.init[out]);
    for (int v = 0; v < kVectors; ++v) sums[v] = init;
    const int channel = out / layer.multiplier;
    const int rows = S::rows(layer), pairs = S::pairs(layer);
    const int32_t* weights = layer.weights + ptrdiff_t(out) * rows * pairs * 2;
    for (int r = 0; r < rows; ++r) {
      const int16_t* line = layer.lines[r].channel(channel) + x + 2 * S::first_pair(layer);
      for (int m = 0; m < pairs; ++m, weights += 2) {
        for (int b = 0; b < Isa::kBlocks; ++b) {
          const Words input = Isa::loadu(line + 2 * m + b * kLanes);
          if (S::even(m)) sums[2 * b] = Isa::dot(sums[2 * b], input, Isa::splat_pair(weights[0]));
          if (S::odd(m)) {
            sums[2 * b + 1] = Isa::dot(sums[2 * b + 1], input, Isa::splat_pair(weights[1]));
          }
        }
      }
    }
    const Round round(layer.rounding, out);
    for (int v = 0; v < kVectors; ++v) sums[v] = round(sums[v]);
  }

  template <class S>
  static void depthwise_shape(const Depthwise& layer, ptrdiff_t x) {
    const Words lo = Isa::splat16(layer.rounding.lo), hi = Isa::splat16(layer.rounding.hi);
    if (!layer.inputs) {
      for (int out = 0; out < layer.outs; ++out) {
        Sums sums[kVectors];
        depthwise_sums<S>(layer, out, x, sums);
        store_line(layer.target, out, x, sums, lo, hi);
      }
      return;
    }
    int16_t* inputs = layer.inputs;
    for (int out = 0; out < layer.outs; out += 2, inputs += kPairSize) {
      Sums first[kVectors], second[kVectors];
      depthwise_sums<S>(layer, out, x, first);
      if (out + 1 < layer.outs) {
        depthwise_sums<S>(layer, out + 1, x, second);
      } else {
        for (int v = 0; v < kVectors; ++v) second[v] = Isa::splat(0);
      }
      for (int v = 0; v < kVectors; ++v) {
        Isa::store(inputs + v * kLanes, Isa::clamp(Isa::join(first[v], second[v]), lo, hi));
      }
    }
  }

  static void depthwise(const Depthwise& layer, ptrdiff_t x) {
    using Row5 = Shape<1, 5>;
    using Square3 = Shape<3, 3>;
    if (is<Row5>(layer)) return depthwise_shape<Row5>(layer, x);
    if (is<Square3>(layer)) return depthwise_shape<Square3>(layer, x);
    depthwise_shape<AnyShape>(layer, x);
  }

  template <class S>
  static bool is(const Depthwise& layer) {
    return layer.rows == S::rows(layer) && layer.pairs == S::pairs(layer) &&
           layer.first_pair == S::first_pair(layer);
  }

  template <class T, int kFactor>
  static void weave_by(const int16_t* lines, ptrdiff_t stride, ptrdiff_t count, T* pixels) {
    for (ptrdiff_t i = 0; i < count; ++i) {
      for (int f = 0; f < kFactor; ++f) pixels[i * kFactor + f] = T(lines[f * stride + i]);
    }
  }

  template <class T>
  static void weave_into(const int16_t* lines, ptrdiff_t stride, int factor, ptrdiff_t count,
                         T* pixels) {
    if (factor == 2) return weave_by<T, 2>(lines, stride, count, pixels);
    if (factor == 3) return weave_by<T, 3>(lines, stride, count, pixels);
    if (factor == 4) return weave_by<T, 4>(lines, stride, count, pixels);
    for (ptrdiff_t i = 0; i < count; ++i) {
      for (int f = 0; f < factor; ++f) pixels[i * factor + f] = T(lines[f * stride + i]);
    }
  }

  static void weave(const int16_t* lines, ptrdiff_t stride, int factor, ptrdiff_t count,
                    void* pixels, bool bytes) {
    if (bytes) return weave_into(lines, stride, factor, count, static_cast<uint8_t*>(pixels));
    weave_into(lines, stride, factor, count, static_cast<uint16_t*>(pixels));
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

  static int64_t multiply_adds(int64_t rounds) {
    constexpr int kChains = 12;  // enough to hide the latency, few enough for 16 registers
    Sums sums[kChains];
    for (int c = 0; c < kChains; ++c) sums[c] = Isa::splat(0);
    Words a = Isa::splat16(3), b = Isa::splat16(-2);
    for (int64_t r = 0; r < rounds; ++r) {
      for (int c = 0; c < kChains; ++c) {
        sums[c] = Isa::dot(sums[c], a, b);
        Isa::keep(sums[c]);
      }
    }
    return rounds * kChains * kLanes;
  }

  static constexpr Kernels table() {
    return {kTile,
            kPairSize,
            Isa::kOuts,
            gather,
            dense,
            depthwise,
            weave,
            multiply_add<int16_t>,
            multiply_add<int32_t>,
            requantize,
            multiply_adds};
  }
};

}  // namespace
}  // namespace srq
