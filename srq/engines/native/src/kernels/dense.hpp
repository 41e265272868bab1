// Dense layers: the tuples of inputs of a tile, and sums over them.
#pragma once

#include "kernels/tile.hpp"

namespace srq {
namespace {

template <class Ops>
struct DenseKernel : TileKernel<Ops> {
  using typename TileKernel<Ops>::VecI16;
  using typename TileKernel<Ops>::VecI32;
  using TileKernel<Ops>::kLanes;
  using TileKernel<Ops>::kTupleSize;
  static constexpr int kSums = 2 * Ops::kDenseVectors;  // VecI32 of a channel of a micro-kernel

  static void im2col(const Taps& taps, ptrdiff_t x, int16_t* inputs) {
    if constexpr (Ops::kHasQuads) {
      if (taps.quads) return im2col_quads(taps, x, inputs);
    }
    const int16_t* const* lines = taps.lines;
    for (int t = 0; t < taps.tuples; ++t, inputs += kTupleSize, lines += 2) {
      SRQ_UNROLL
      for (int v = 0; v < Ops::kTileVectors; ++v) {
        const VecI16 first = tap(lines[0], x + v * kLanes), second = tap(lines[1], x + v * kLanes);
        Ops::storeu(inputs + 2 * v * kLanes, Ops::interleave_low16(first, second));
        Ops::storeu(inputs + (2 * v + 1) * kLanes, Ops::interleave_high16(first, second));
      }
    }
  }

  static void dense(const Dense& layer, ptrdiff_t x) {
    if constexpr (Ops::kHasQuads) {
      if (layer.quads) return with_inputs<true>(layer, x);
    }
    with_inputs<false>(layer, x);
  }

 private:
  static VecI16 tap(const int16_t* line, ptrdiff_t at) {
    return line ? Ops::loadu(line + at) : Ops::splat16(0);
  }

  // What is done with the sums: right shifts and saturation to an unsigned or a signed format, or
  // whatever the layer says.
  enum class Epilogue { unsigned_format, signed_format, any };

  template <bool kQuads>
  static void with_inputs(const Dense& layer, ptrdiff_t x) {
    if (layer.target.wide || layer.rounding.left) {
      return all_outputs<kQuads, Epilogue::any>(layer, x);
    }
    if (layer.rounding.lo == 0) return all_outputs<kQuads, Epilogue::unsigned_format>(layer, x);
    all_outputs<kQuads, Epilogue::signed_format>(layer, x);
  }

  static void im2col_quads(const Taps& taps, ptrdiff_t x, int16_t* inputs) {
    const int16_t* const* lines = taps.lines;
    const VecI16 offset = Ops::splat16(taps.offset);
    for (int t = 0; t < taps.tuples; ++t, inputs += kTupleSize, lines += 4) {
      SRQ_UNROLL
      for (int v = 0; v < Ops::kTileVectors; ++v) {
        VecI16 input[4];
        SRQ_UNROLL
        for (int i = 0; i < 4; ++i) {
          input[i] = Ops::add16(tap(lines[i], x + v * kLanes), offset);
        }
        const VecI16 first = Ops::pack_bytes(Ops::interleave_low16(input[0], input[1]),
                                             Ops::interleave_high16(input[0], input[1]));
        const VecI16 second = Ops::pack_bytes(Ops::interleave_low16(input[2], input[3]),
                                              Ops::interleave_high16(input[2], input[3]));
        Ops::storeu(inputs + 2 * v * kLanes, Ops::interleave_low16(first, second));
        Ops::storeu(inputs + (2 * v + 1) * kLanes, Ops::interleave_high16(first, second));
      }
    }
  }

  // Adds the products of a tuple of inputs.
  template <bool kQuads>
  SRQ_INLINE static VecI32 dot(VecI32 sums, VecI16 inputs, VecI16 weights) {
    if constexpr (kQuads) return Ops::dot_quads(sums, inputs, weights);
    return Ops::dot_pairs(sums, inputs, weights);
  }

  template <bool kQuads, Epilogue kEpilogue>
  static void all_outputs(const Dense& layer, ptrdiff_t x) {
    int out = 0;
    for (; out + Ops::kDenseOuts < layer.outs; out += Ops::kDenseOuts) {
      channel_block<kQuads, kEpilogue, Ops::kDenseOuts>(layer, out, x);
    }
    last_outputs<kQuads, kEpilogue, Ops::kDenseOuts>(layer, out, x);
  }

  // The last 1 to kOuts output channels.
  template <bool kQuads, Epilogue kEpilogue, int kOuts>
  static void last_outputs(const Dense& layer, int out, ptrdiff_t x) {
    if constexpr (kOuts > 0) {
      if (layer.outs - out == kOuts) return channel_block<kQuads, kEpilogue, kOuts>(layer, out, x);
      last_outputs<kQuads, kEpilogue, kOuts - 1>(layer, out, x);
    }
  }

  template <bool kQuads, Epilogue kEpilogue, int kOuts>
  SRQ_INLINE static void channel_block(const Dense& layer, int out, ptrdiff_t x) {
    for (int v = 0; v < Ops::kTileVectors; v += Ops::kDenseVectors) {
      micro_kernel<kQuads, kEpilogue, kOuts>(layer, out, layer.inputs + 2 * v * kLanes,
                                             x + v * kLanes);
    }
  }

  // kOuts output channels of kDenseVectors vectors of pixels from pixel x on, held in registers.
  template <bool kQuads, Epilogue kEpilogue, int kOuts>
  SRQ_INLINE static void micro_kernel(const Dense& layer, int out, const int16_t* inputs,
                                      ptrdiff_t x) {
    VecI32 sums[kOuts][kSums];
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      const bool init_last = kQuads && layer.left;
      TileKernel<Ops>::template fill<kSums>(init_last ? 0 : layer.rounding.init[out + o], sums[o]);
    }
    if (!kQuads && layer.residual) add_residual(layer, out, x, sums);
    const int32_t* weights = layer.weights + ptrdiff_t(out) * layer.tuples;
    const int32_t* const weights_end = weights + ptrdiff_t(kOuts) * layer.tuples;
    for (; weights != weights_end; inputs += kTupleSize, weights += kOuts) {
      VecI16 input[kSums];
      SRQ_UNROLL
      for (int v = 0; v < kSums; ++v) input[v] = Ops::load(inputs + v * kLanes);
      SRQ_UNROLL
      for (int o = 0; o < kOuts; ++o) {
        const VecI16 weight = Ops::splat_pair(weights[o]);
        SRQ_UNROLL
        for (int v = 0; v < kSums; ++v) sums[o][v] = dot<kQuads>(sums[o][v], input[v], weight);
      }
    }
    if (kQuads && layer.left) shift_left(layer, out, sums);
    if (kQuads && layer.residual) add_residual(layer, out, x, sums);
    if (kEpilogue == Epilogue::any) return any_epilogue<kOuts>(layer, out, x, sums);
    const typename TileKernel<Ops>::template Saturate<kEpilogue == Epilogue::unsigned_format>
        saturate(layer.rounding);
    const int32_t* const rights = layer.rounding.right + out;
    const ptrdiff_t stride = layer.target.stride;
    int16_t* to = static_cast<int16_t*>(layer.target.data) + out * stride + x;
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o, to += stride) {
      const VecI32 right = Ops::splat32(rights[o]);
      SRQ_UNROLL
      for (int v = 0; v < kSums; v += 2) {
        Ops::storeu(to + v / 2 * kLanes, saturate(Ops::shift_right(sums[o][v], right),
                                                  Ops::shift_right(sums[o][v + 1], right)));
      }
    }
  }

  template <int kOuts>
  static void any_epilogue(const Dense& layer, int out, ptrdiff_t x, VecI32 (&sums)[kOuts][kSums]) {
    const typename TileKernel<Ops>::template Saturate<false> saturate(layer.rounding);
    for (int o = 0; o < kOuts; ++o) {
      TileKernel<Ops>::template shift_sums<kSums>(layer.rounding, out + o, sums[o]);
      const ptrdiff_t at = (out + o) * layer.target.stride + x;
      for (int v = 0; v < kSums; v += 2) {
        if (layer.target.wide) {
          Ops::storeu_wide(static_cast<int32_t*>(layer.target.data) + at + v / 2 * kLanes,
                           sums[o][v], sums[o][v + 1]);
        } else {
          Ops::storeu(static_cast<int16_t*>(layer.target.data) + at + v / 2 * kLanes,
                      saturate(sums[o][v], sums[o][v + 1]));
        }
      }
    }
  }

  // Shifts the sums of quads to the common binary point, then adds the initial values.
  template <int kOuts>
  SRQ_INLINE static void shift_left(const Dense& layer, int out, VecI32 (&sums)[kOuts][kSums]) {
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      const VecI32 left = Ops::splat32(layer.left[out + o]);
      const VecI32 init = Ops::splat32(layer.rounding.init[out + o]);
      SRQ_UNROLL
      for (int v = 0; v < kSums; ++v) {
        sums[o][v] = Ops::add32(Ops::shift_left(sums[o][v], left), init);
      }
    }
  }

  // Adds another value, shifted left, to the sums. Two of its channels are interleaved to pairs of
  // inputs, of which each sum takes one.
  template <int kOuts>
  SRQ_INLINE static void add_residual(const Dense& layer, int out, ptrdiff_t x,
                                      VecI32 (&sums)[kOuts][kSums]) {
    const int shift = layer.residual_shift;
    const int16_t* first = layer.residual + out * layer.residual_stride + x;
    SRQ_UNROLL
    for (int o = 0; o < kOuts; o += 2, first += 2 * layer.residual_stride) {
      const bool alone = o + 1 == kOuts;
      const int16_t* second = alone ? first : first + layer.residual_stride;
      SRQ_UNROLL
      for (int v = 0; v < kSums; v += 2) {
        const VecI16 a = Ops::loadu(first + v / 2 * kLanes);
        const VecI16 b = Ops::loadu(second + v / 2 * kLanes);
        const VecI16 low = Ops::interleave_low16(a, b), high = Ops::interleave_high16(a, b);
        add_shifted<false>(sums[o][v], low, shift);
        add_shifted<false>(sums[o][v + 1], high, shift);
        if (alone) continue;
        add_shifted<true>(sums[o + !alone][v], low, shift);
        add_shifted<true>(sums[o + !alone][v + 1], high, shift);
      }
    }
  }

  // sum + (the first or the second of each pair << shift): a product where 1 << shift fits int16.
  template <bool kSecond>
  SRQ_INLINE static void add_shifted(VecI32& sum, VecI16 pairs, int shift) {
    if (shift < 15) {
      sum = Ops::dot_pairs(sum, pairs, Ops::splat_pair(1 << (kSecond ? shift + 16 : shift)));
    } else {
      const VecI32 number = kSecond ? Ops::widen_odd(pairs) : Ops::widen_even(pairs);
      sum = Ops::add32(sum, Ops::shift_left(number, Ops::splat32(shift)));
    }
  }
};

}  // namespace
}  // namespace srq
