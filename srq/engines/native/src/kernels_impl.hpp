// The inner kernels over an instruction set `Isa`, which has, for vectors `Words` of kLanes int16
// and `Sums` of half as many int32:
//
//   beside<n>(p)              the Words n pairs of lanes beside p, which is aligned
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

// Over what stands in registers: a loop that is not unrolled would put it into memory.
#if defined(__clang__)
#define SRQ_UNROLL _Pragma("clang loop unroll(full)")
#else
#define SRQ_UNROLL _Pragma("GCC unroll 64")
#endif
#define SRQ_INLINE __attribute__((always_inline)) inline

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

  // Two vectors of rounded sums by turns, brought into the format.
  template <bool kUnsigned>
  struct Saturate {
    Words lo;
    Words hi;

    explicit Saturate(const Rounding& rounding)
        : lo(Isa::splat16(rounding.lo)), hi(Isa::splat16(rounding.hi)) {}

    SRQ_INLINE Words operator()(Sums a, Sums b) const {
      if constexpr (kUnsigned) return Isa::clamp_unsigned(Isa::join_unsigned(a, b), hi);
      return Isa::clamp(Isa::join(a, b), lo, hi);
    }
  };

  static void start(const Rounding& rounding, int out, Sums* sums) {
    const Sums init = Isa::splat(rounding.init[out]);
    SRQ_UNROLL
    for (int v = 0; v < kVectors; ++v) sums[v] = init;
  }

  template <int kCount>
  SRQ_INLINE static void finish(const Round& round, Sums* sums) {
    SRQ_UNROLL
    for (int v = 0; v < kCount; ++v) sums[v] = round(sums[v]);
  }

  template <int kBlocks, class Saturate>
  SRQ_INLINE static void store_line(const Target& target, int out, ptrdiff_t x, const Sums* sums,
                                    const Saturate& saturate) {
    const ptrdiff_t at = out * target.stride + x;
    SRQ_UNROLL
    for (int b = 0; b < kBlocks; ++b) {
      const Sums even = sums[2 * b], odd = sums[2 * b + 1];
      if (target.exact) {
        Isa::store_exact(static_cast<int32_t*>(target.data) + at + b * kLanes, even, odd);
      } else {
        Isa::store(static_cast<int16_t*>(target.data) + at + b * kLanes, saturate(even, odd));
      }
    }
  }

  static void gather(const Tap* taps, int pairs, ptrdiff_t x, int16_t* inputs) {
    for (int k = 0; k < pairs; ++k, inputs += kPairSize) {
      SRQ_UNROLL
      for (int b = 0; b < Isa::kBlocks; ++b) {
        const ptrdiff_t at = x + b * kLanes;
        const Words first = Isa::loadu(taps[k].first + at);
        const Words second = taps[k].second ? Isa::loadu(taps[k].second + at) : Isa::splat16(0);
        Isa::store(inputs + 2 * b * kLanes, Isa::pair_even(first, second));
        Isa::store(inputs + (2 * b + 1) * kLanes, Isa::pair_odd(first, second));
      }
    }
  }

  // What the layer's sums begin with besides the bias: another value, shifted left. Where a
  // weight can do that it is a product like all others.
  template <int kOuts, int kWidth>
  SRQ_INLINE static void add_residual(const Dense& layer, int out, ptrdiff_t x,
                                      Sums (&sums)[kOuts][kWidth]) {
    const int shift = layer.residual_shift;
    const bool by_weight = shift < 15;
    const Words even = Isa::splat_pair(1 << shift), odd = Isa::splat_pair(1 << (shift + 16) % 32);
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      const int16_t* residual = layer.residual + (out + o) * layer.residual_stride + x;
      SRQ_UNROLL
      for (int v = 0; v < kWidth; v += 2) {
        const Words words = Isa::loadu(residual + v / 2 * kLanes);
        if (by_weight) {
          sums[o][v] = Isa::dot(sums[o][v], words, even);
          sums[o][v + 1] = Isa::dot(sums[o][v + 1], words, odd);
        } else {
          const Sums left = Isa::splat(shift);
          sums[o][v] = Isa::add(sums[o][v], Isa::shift_left(Isa::even(words), left));
          sums[o][v + 1] = Isa::add(sums[o][v + 1], Isa::shift_left(Isa::odd(words), left));
        }
      }
    }
  }

  // kOuts sums of kDenseBlocks vectors of pixels, `block` vectors into the tile.
  template <bool kUnsigned, int kOuts>
  static void dense_part(const Dense& layer, int out, int block, ptrdiff_t x) {
    constexpr int kWidth = 2 * Isa::kDenseBlocks;
    Sums sums[kOuts][kWidth];
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      const Sums init = Isa::splat(layer.rounding.init[out + o]);
      SRQ_UNROLL
      for (int v = 0; v < kWidth; ++v) sums[o][v] = init;
    }
    x += block * kLanes;
    if (layer.residual) add_residual(layer, out, x, sums);
    const int32_t* weights = layer.weights + ptrdiff_t(out) * layer.pairs;
    const int16_t* inputs = layer.inputs + 2 * block * kLanes;
    for (int k = 0; k < layer.pairs; ++k, inputs += kPairSize, weights += kOuts) {
      Words input[kWidth];
      SRQ_UNROLL
      for (int v = 0; v < kWidth; ++v) input[v] = Isa::load(inputs + v * kLanes);
      SRQ_UNROLL
      for (int o = 0; o < kOuts; ++o) {
        const Words weight = Isa::splat_pair(weights[o]);
        SRQ_UNROLL
        for (int v = 0; v < kWidth; ++v) sums[o][v] = Isa::dot(sums[o][v], input[v], weight);
      }
    }
    const Saturate<kUnsigned> saturate(layer.rounding);
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      finish<kWidth>(Round(layer.rounding, out + o), sums[o]);
      store_line<Isa::kDenseBlocks>(layer.target, out + o, x, sums[o], saturate);
    }
  }

  template <bool kUnsigned, int kOuts>
  static void dense_block(const Dense& layer, int out, ptrdiff_t x) {
    for (int block = 0; block < Isa::kBlocks; block += Isa::kDenseBlocks) {
      dense_part<kUnsigned, kOuts>(layer, out, block, x);
    }
  }

  // The last outs - out <= kOuts channels.
  template <bool kUnsigned, int kOuts>
  static void dense_rest(const Dense& layer, int out, ptrdiff_t x) {
    if constexpr (kOuts > 0) {
      if (layer.outs - out == kOuts) return dense_block<kUnsigned, kOuts>(layer, out, x);
      dense_rest<kUnsigned, kOuts - 1>(layer, out, x);
    }
  }

  template <bool kUnsigned>
  static void dense_all(const Dense& layer, ptrdiff_t x) {
    int out = 0;
    for (; out + Isa::kOuts < layer.outs; out += Isa::kOuts) {
      dense_block<kUnsigned, Isa::kOuts>(layer, out, x);
    }
    dense_rest<kUnsigned, Isa::kOuts>(layer, out, x);
  }

  static void dense(const Dense& layer, ptrdiff_t x) {
    if (layer.rounding.lo == 0) return dense_all<true>(layer, x);
    dense_all<false>(layer, x);
  }

  // The sums of one output channel after the other, for a kernel of any shape.
  class AnyShape {
   public:
    static bool is(const Depthwise&) { return true; }

    AnyShape(const Depthwise& layer, ptrdiff_t x) : layer_(layer), weights_(layer.weights), x_(x) {}

    void next(Sums* sums) {
      const int channel = out_ / layer_.multiplier;
      start(layer_.rounding, out_, sums);
      for (int r = 0; r < layer_.rows; ++r) {
        const int16_t* line = layer_.lines[r].channel(channel) + x_ + 2 * layer_.first_pair;
        for (int m = 0; m < layer_.pairs; ++m, line += 2, weights_ += 2) {
          const Words even = Isa::splat_pair(weights_[0]), odd = Isa::splat_pair(weights_[1]);
          SRQ_UNROLL
          for (int b = 0; b < Isa::kBlocks; ++b) {
            const Words input = Isa::loadu(line + b * kLanes);
            sums[2 * b] = Isa::dot(sums[2 * b], input, even);
            sums[2 * b + 1] = Isa::dot(sums[2 * b + 1], input, odd);
          }
        }
      }
      finish<kVectors>(Round(layer_.rounding, out_++), sums);
    }

   private:
    const Depthwise& layer_;
    const int32_t* weights_;
    const ptrdiff_t x_;
    int out_ = 0;
  };

  // The same for an odd kernel of at most 5 columns with symmetric padding and one output for
  // each input: what it reads are the pair of pixels at its own and those beside it, -1, 0 and 1.
  // For 3 columns some of them hold no tap.
  template <int kRows, int kColumns>
  class Shape {
   public:
    static bool is(const Depthwise& layer) {
      return layer.rows == kRows && layer.columns == kColumns && layer.pairs == 3 &&
             layer.first_pair == -1 && layer.multiplier == 1 && !layer.rounding.left;
    }

    Shape(const Depthwise& layer, ptrdiff_t x)
        : weights_(layer.weights), init_(layer.rounding.init), right_(layer.rounding.right) {
      SRQ_UNROLL
      for (int r = 0; r < kRows; ++r) {
        lines_[r] = layer.lines[r].data + x;
        strides_[r] = layer.lines[r].stride;
      }
    }

    SRQ_INLINE void next(Sums* sums) {
      const Sums init = Isa::splat(*init_++);
      SRQ_UNROLL
      for (int v = 0; v < kVectors; ++v) sums[v] = init;
      SRQ_UNROLL
      for (int r = 0; r < kRows; ++r, weights_ += 6) {
        add_pair<-1>(lines_[r], weights_, sums);
        add_pair<0>(lines_[r], weights_ + 2, sums);
        add_pair<1>(lines_[r], weights_ + 4, sums);
        lines_[r] += strides_[r];
      }
      const Sums right = Isa::splat(*right_++);
      SRQ_UNROLL
      for (int v = 0; v < kVectors; ++v) sums[v] = Isa::shift_right(sums[v], right);
    }

   private:
    static constexpr int kLeft = kColumns / 2;

    template <int kPair>
    SRQ_INLINE static void add_pair(const int16_t* line, const int32_t* weights, Sums* sums) {
      constexpr bool kEven = 2 * kPair + 1 >= -kLeft && 2 * kPair <= kLeft;
      constexpr bool kOdd = 2 * kPair >= -kLeft && 2 * kPair - 1 <= kLeft;
      const Words for_even = Isa::splat_pair(weights[0]), for_odd = Isa::splat_pair(weights[1]);
      SRQ_UNROLL
      for (int b = 0; b < Isa::kBlocks; ++b) {
        const Words input = Isa::template beside<kPair>(line + b * kLanes);
        if (kEven) sums[2 * b] = Isa::dot(sums[2 * b], input, for_even);
        if (kOdd) sums[2 * b + 1] = Isa::dot(sums[2 * b + 1], input, for_odd);
      }
    }

    const int32_t* weights_;
    const int32_t* init_;
    const int32_t* right_;
    const int16_t* lines_[kRows];
    ptrdiff_t strides_[kRows];
  };

  template <class S>
  static void depthwise_shape(const Depthwise& layer, ptrdiff_t x) {
    const Saturate<false> saturate(layer.rounding);
    S channels(layer, x);
    if (!layer.inputs) {
      for (int out = 0; out < layer.outs; ++out) {
        Sums sums[kVectors];
        channels.next(sums);
        store_line<Isa::kBlocks>(layer.target, out, x, sums, saturate);
      }
      return;
    }
    int16_t* inputs = layer.inputs;
    for (int out = 0; out < layer.outs; out += 2, inputs += kPairSize) {
      Sums first[kVectors], second[kVectors];
      channels.next(first);
      if (out + 1 < layer.outs) {
        channels.next(second);
      } else {
        SRQ_UNROLL
        for (int v = 0; v < kVectors; ++v) second[v] = Isa::splat(0);
      }
      SRQ_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        Isa::store(inputs + v * kLanes, saturate(first[v], second[v]));
      }
    }
  }

  static void depthwise(const Depthwise& layer, ptrdiff_t x) {
    using Row5 = Shape<1, 5>;
    using Square3 = Shape<3, 3>;
    if (Row5::is(layer)) return depthwise_shape<Row5>(layer, x);
    if (Square3::is(layer)) return depthwise_shape<Square3>(layer, x);
    depthwise_shape<AnyShape>(layer, x);
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
    SRQ_UNROLL
    for (int c = 0; c < kChains; ++c) sums[c] = Isa::splat(0);
    Words a = Isa::splat16(3), b = Isa::splat16(-2);
    for (int64_t r = 0; r < rounds; ++r) {
      Isa::keep(a);  // or the products would leave the loop
      SRQ_UNROLL
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
