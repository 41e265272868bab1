// Dense layers: pairs of inputs of a tile, and sums over them.
#pragma once

#include "inner.hpp"

namespace srq {
namespace {

template <class Isa>
struct InnerDense : Inner<Isa> {
  using typename Inner<Isa>::Words;
  using typename Inner<Isa>::Sums;
  using Inner<Isa>::kLanes;
  using Inner<Isa>::kPairSize;
  static constexpr int kWidth = 2 * Isa::kDenseBlocks;  // vectors of Sums, low and high by turns

  static void gather(const Tap* taps, int pairs, ptrdiff_t x, int16_t* inputs) {
    for (int k = 0; k < pairs; ++k, inputs += kPairSize) {
      SRQ_UNROLL
      for (int b = 0; b < Isa::kBlocks; ++b) {
        const ptrdiff_t at = x + b * kLanes;
        const Words first = Isa::loadu(taps[k].first + at);
        const Words second = taps[k].second ? Isa::loadu(taps[k].second + at) : Isa::splat16(0);
        Isa::store(inputs + 2 * b * kLanes, Isa::pair_low(first, second));
        Isa::store(inputs + (2 * b + 1) * kLanes, Isa::pair_high(first, second));
      }
    }
  }

  static void dense(const Dense& layer, ptrdiff_t x) {
    if (layer.target.exact || layer.rounding.left) return all_outs<End::any>(layer, x);
    if (layer.rounding.lo == 0) return all_outs<End::unsigned_format>(layer, x);
    all_outs<End::signed_format>(layer, x);
  }

 private:
  // What becomes of the sums: right shifts and saturation, or whatever the layer says.
  enum class End { unsigned_format, signed_format, any };

  template <End kEnd>
  static void all_outs(const Dense& layer, ptrdiff_t x) {
    int out = 0;
    for (; out + Isa::kOuts < layer.outs; out += Isa::kOuts) {
      outs<kEnd, Isa::kOuts>(layer, out, x);
    }
    last_outs<kEnd, Isa::kOuts>(layer, out, x);
  }

  // The last 1 to kOuts channels.
  template <End kEnd, int kOuts>
  static void last_outs(const Dense& layer, int out, ptrdiff_t x) {
    if constexpr (kOuts > 0) {
      if (layer.outs - out == kOuts) return outs<kEnd, kOuts>(layer, out, x);
      last_outs<kEnd, kOuts - 1>(layer, out, x);
    }
  }

  template <End kEnd, int kOuts>
  SRQ_INLINE static void outs(const Dense& layer, int out, ptrdiff_t x) {
    for (int block = 0; block < Isa::kBlocks; block += Isa::kDenseBlocks) {
      part<kEnd, kOuts>(layer, out, layer.inputs + 2 * block * kLanes, x + block * kLanes);
    }
  }

  // kOuts sums of kDenseBlocks vectors of pixels, from pixel x on.
  template <End kEnd, int kOuts>
  SRQ_INLINE static void part(const Dense& layer, int out, const int16_t* inputs, ptrdiff_t x) {
    Sums sums[kOuts][kWidth];
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      Inner<Isa>::template start<kWidth>(layer.rounding.init[out + o], sums[o]);
    }
    if (layer.residual) add_residual(layer, out, x, sums);
    const int32_t* weights = layer.weights + ptrdiff_t(out) * layer.pairs;
    const int32_t* const weights_end = weights + ptrdiff_t(kOuts) * layer.pairs;
    for (; weights != weights_end; inputs += kPairSize, weights += kOuts) {
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

  // What the sums begin with besides the bias: another value, shifted left. Two of its channels
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
