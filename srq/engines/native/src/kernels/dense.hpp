// Dense layers: groups of inputs of a tile, and sums over them.
#pragma once

#include "kernels/tile.hpp"

namespace srq {
namespace {

template <class Isa>
struct InnerDense : Inner<Isa> {
  using typename Inner<Isa>::Words;
  using typename Inner<Isa>::Sums;
  using Inner<Isa>::kLanes;
  using Inner<Isa>::kGroupSize;
  static constexpr int kWidth = 2 * Isa::kDenseBlocks;  // vectors of Sums, low and high by turns

  static void gather(const Taps& taps, ptrdiff_t x, int16_t* inputs) {
    if constexpr (Isa::kBytes) {
      if (taps.bytes) return gather_bytes(taps, x, inputs);
    }
    const int16_t* const* lines = taps.lines;
    for (int g = 0; g < taps.groups; ++g, inputs += kGroupSize, lines += 2) {
      SRQ_UNROLL
      for (int b = 0; b < Isa::kBlocks; ++b) {
        const Words first = tap(lines[0], x + b * kLanes), second = tap(lines[1], x + b * kLanes);
        Isa::store(inputs + 2 * b * kLanes, Isa::pair_low(first, second));
        Isa::store(inputs + (2 * b + 1) * kLanes, Isa::pair_high(first, second));
      }
    }
  }

  static void dense(const Dense& layer, ptrdiff_t x) {
    if constexpr (Isa::kBytes) {
      if (layer.bytes) return of_inputs<true>(layer, x);
    }
    of_inputs<false>(layer, x);
  }

 private:
  static Words tap(const int16_t* line, ptrdiff_t at) {
    return line ? Isa::loadu(line + at) : Isa::splat16(0);
  }

  // What becomes of the sums: right shifts and saturation, or whatever the layer says.
  enum class End { unsigned_format, signed_format, any };

  template <bool kBytes>
  static void of_inputs(const Dense& layer, ptrdiff_t x) {
    if (layer.target.exact || layer.rounding.left) return all_outs<kBytes, End::any>(layer, x);
    if (layer.rounding.lo == 0) return all_outs<kBytes, End::unsigned_format>(layer, x);
    all_outs<kBytes, End::signed_format>(layer, x);
  }

  static void gather_bytes(const Taps& taps, ptrdiff_t x, int16_t* inputs) {
    const int16_t* const* lines = taps.lines;
    const Words offset = Isa::splat16(taps.offset);
    for (int g = 0; g < taps.groups; ++g, inputs += kGroupSize, lines += 4) {
      SRQ_UNROLL
      for (int b = 0; b < Isa::kBlocks; ++b) {
        Words tile[4];
        SRQ_UNROLL
        for (int t = 0; t < 4; ++t) {
          tile[t] = Isa::add_words(tap(lines[t], x + b * kLanes), offset);
        }
        const Words first = Isa::pack_bytes(Isa::pair_low(tile[0], tile[1]),
                                            Isa::pair_high(tile[0], tile[1]));
        const Words second = Isa::pack_bytes(Isa::pair_low(tile[2], tile[3]),
                                             Isa::pair_high(tile[2], tile[3]));
        Isa::store(inputs + 2 * b * kLanes, Isa::pair_low(first, second));
        Isa::store(inputs + (2 * b + 1) * kLanes, Isa::pair_high(first, second));
      }
    }
  }

  // One group of inputs more.
  template <bool kBytes>
  SRQ_INLINE static Sums dot(Sums sums, Words inputs, Words weights) {
    if constexpr (kBytes) return Isa::dot_bytes(sums, inputs, weights);
    return Isa::dot(sums, inputs, weights);
  }

  template <bool kBytes, End kEnd>
  static void all_outs(const Dense& layer, ptrdiff_t x) {
    int out = 0;
    for (; out + Isa::kOuts < layer.outs; out += Isa::kOuts) {
      outs<kBytes, kEnd, Isa::kOuts>(layer, out, x);
    }
    last_outs<kBytes, kEnd, Isa::kOuts>(layer, out, x);
  }

  // The last 1 to kOuts channels.
  template <bool kBytes, End kEnd, int kOuts>
  static void last_outs(const Dense& layer, int out, ptrdiff_t x) {
    if constexpr (kOuts > 0) {
      if (layer.outs - out == kOuts) return outs<kBytes, kEnd, kOuts>(layer, out, x);
      last_outs<kBytes, kEnd, kOuts - 1>(layer, out, x);
    }
  }

  template <bool kBytes, End kEnd, int kOuts>
  SRQ_INLINE static void outs(const Dense& layer, int out, ptrdiff_t x) {
    for (int block = 0; block < Isa::kBlocks; block += Isa::kDenseBlocks) {
      part<kBytes, kEnd, kOuts>(layer, out, layer.inputs + 2 * block * kLanes, x + block * kLanes);
    }
  }

  // kOuts sums of kDenseBlocks vectors of pixels, from pixel x on.
  template <bool kBytes, End kEnd, int kOuts>
  SRQ_INLINE static void part(const Dense& layer, int out, const int16_t* inputs, ptrdiff_t x) {
    Sums sums[kOuts][kWidth];
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      const bool later = kBytes && layer.left;
      Inner<Isa>::template start<kWidth>(later ? 0 : layer.rounding.init[out + o], sums[o]);
    }
    if (!kBytes && layer.residual) add_residual(layer, out, x, sums);
    const int32_t* weights = layer.weights + ptrdiff_t(out) * layer.groups;
    const int32_t* const weights_end = weights + ptrdiff_t(kOuts) * layer.groups;
    for (; weights != weights_end; inputs += kGroupSize, weights += kOuts) {
      Words input[kWidth];
      SRQ_UNROLL
      for (int v = 0; v < kWidth; ++v) input[v] = Isa::load(inputs + v * kLanes);
      SRQ_UNROLL
      for (int o = 0; o < kOuts; ++o) {
        const Words weight = Isa::splat_pair(weights[o]);
        SRQ_UNROLL
        for (int v = 0; v < kWidth; ++v) sums[o][v] = dot<kBytes>(sums[o][v], input[v], weight);
      }
    }
    if (kBytes && layer.left) shift_left(layer, out, sums);
    if (kBytes && layer.residual) add_residual(layer, out, x, sums);
    if (kEnd == End::any) return finish_any<kOuts>(layer, out, x, sums);
    const typename Inner<Isa>::template Saturate<kEnd == End::unsigned_format> saturate(
        layer.rounding);
    const int32_t* const rights = layer.rounding.right + out;
    const ptrdiff_t stride = layer.target.stride;
    int16_t* to = static_cast<int16_t*>(layer.target.data) + out * stride + x;
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o, to += stride) {
      const Sums right = Isa::splat(rights[o]);
      SRQ_UNROLL
      for (int v = 0; v < kWidth; v += 2) {
        Isa::store(to + v / 2 * kLanes, saturate(Isa::shift_right(sums[o][v], right),
                                                 Isa::shift_right(sums[o][v + 1], right)));
      }
    }
  }

  template <int kOuts>
  static void finish_any(const Dense& layer, int out, ptrdiff_t x, Sums (&sums)[kOuts][kWidth]) {
    const typename Inner<Isa>::template Saturate<false> saturate(layer.rounding);
    for (int o = 0; o < kOuts; ++o) {
      Inner<Isa>::template shift<kWidth>(layer.rounding, out + o, sums[o]);
      const ptrdiff_t at = (out + o) * layer.target.stride + x;
      for (int v = 0; v < kWidth; v += 2) {
        if (layer.target.exact) {
          Isa::store_exact(static_cast<int32_t*>(layer.target.data) + at + v / 2 * kLanes,
                           sums[o][v], sums[o][v + 1]);
        } else {
          Isa::store(static_cast<int16_t*>(layer.target.data) + at + v / 2 * kLanes,
                     saturate(sums[o][v], sums[o][v + 1]));
        }
      }
    }
  }

  // Brings the sums of channels to one binary point, and adds what they did not begin with.
  template <int kOuts>
  SRQ_INLINE static void shift_left(const Dense& layer, int out, Sums (&sums)[kOuts][kWidth]) {
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      const Sums left = Isa::splat(layer.left[out + o]);
      const Sums init = Isa::splat(layer.rounding.init[out + o]);
      SRQ_UNROLL
      for (int v = 0; v < kWidth; ++v) {
        sums[o][v] = Isa::add(Isa::shift_left(sums[o][v], left), init);
      }
    }
  }

  // What the sums contain besides the bias: another value, shifted left. Two of its channels
  // are a pair of inputs, of which each sum takes one.
  template <int kOuts>
  SRQ_INLINE static void add_residual(const Dense& layer, int out, ptrdiff_t x,
                                      Sums (&sums)[kOuts][kWidth]) {
    const int shift = layer.residual_shift;
    const int16_t* first = layer.residual + out * layer.residual_stride + x;
    SRQ_UNROLL
    for (int o = 0; o < kOuts; o += 2, first += 2 * layer.residual_stride) {
      const bool lonely = o + 1 == kOuts;
      const int16_t* second = lonely ? first : first + layer.residual_stride;
      SRQ_UNROLL
      for (int v = 0; v < kWidth; v += 2) {
        const Words a = Isa::loadu(first + v / 2 * kLanes);
        const Words b = Isa::loadu(second + v / 2 * kLanes);
        const Words low = Isa::pair_low(a, b), high = Isa::pair_high(a, b);
        add_shifted<false>(sums[o][v], low, shift);
        add_shifted<false>(sums[o][v + 1], high, shift);
        if (lonely) continue;
        add_shifted<true>(sums[o + !lonely][v], low, shift);
        add_shifted<true>(sums[o + !lonely][v + 1], high, shift);
      }
    }
  }

  // sum + the first (second) of each pair << shift: a product, where a weight can be 1 << shift.
  template <bool kSecond>
  SRQ_INLINE static void add_shifted(Sums& sum, Words pairs, int shift) {
    if (shift < 15) {
      sum = Isa::dot(sum, pairs, Isa::splat_pair(1 << (kSecond ? shift + 16 : shift)));
    } else {
      const Sums number = kSecond ? Isa::odd(pairs) : Isa::even(pairs);
      sum = Isa::add(sum, Isa::shift_left(number, Isa::splat(shift)));
    }
  }
};

}  // namespace
}  // namespace srq
