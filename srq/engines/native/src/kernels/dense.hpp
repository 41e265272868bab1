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
    if constexpr (Ops::kQuads != Quads::none) {
      if (taps.quads) return im2col_quads(taps, x, inputs);
    }
    const int16_t* const* lines = taps.lines;
    for (int t = 0; t < taps.tuples; ++t, inputs += kTupleSize, lines += 2) {
      SRQ_UNROLL
      for (int v = 0; v < Ops::kTileVectors; ++v) {
        const VecI16 first = tap(lines[0], x + v * kLanes), second = tap(lines[1], x + v * kLanes);
        int16_t* to = TileKernel<Ops>::inputs_at(inputs, taps.tuples, v);
        Ops::storeu(to, Ops::interleave_low16(first, second));
        Ops::storeu(to + kLanes, Ops::interleave_high16(first, second));
      }
    }
  }

  static void dense(const Dense& layer, ptrdiff_t x) {
    if constexpr (Ops::kQuads != Quads::none) {
      if (layer.quads) return with_inputs<true>(layer, x);
    }
    with_inputs<false>(layer, x);
  }

  // Adds to the sums of kOuts output channels the products of all tuples of inputs.
  template <bool kQuads, int kOuts>
  SRQ_INLINE static void add_tuples(const int32_t* weights, int tuples, const int16_t* inputs,
                                    VecI32 (&sums)[kOuts][kSums]) {
    const int32_t* const weights_end = weights + ptrdiff_t(kOuts) * tuples;
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
        int16_t* to = TileKernel<Ops>::inputs_at(inputs, taps.tuples, v);
        Ops::storeu(to, Ops::interleave_low16(first, second));
        Ops::storeu(to + kLanes, Ops::interleave_high16(first, second));
      }
    }
  }

  template <bool kQuads>
  static constexpr bool kChunks = kQuads && Ops::kQuads == Quads::chunks;

  // Whether sums are shifted left when they are complete: weights of bytes have no room for it.
  template <bool kQuads>
  static constexpr bool kShiftsSums = kQuads && !kChunks<kQuads>;

  // Adds the products of a tuple of inputs.
  template <bool kQuads>
  SRQ_INLINE static VecI32 dot(VecI32 sums, VecI16 inputs, VecI16 weights) {
    if constexpr (kQuads) return Ops::dot_quads(sums, inputs, weights);
    return Ops::dot_pairs(sums, inputs, weights);
  }

  // Of kDenseVectors vectors of pixels all output channels, then of the next: so their inputs stay
  // in the first-level cache.
  template <bool kQuads, Epilogue kEpilogue>
  static void all_outputs(const Dense& layer, ptrdiff_t x) {
    for (int v = 0; v < Ops::kTileVectors; v += Ops::kDenseVectors) {
      const int16_t* inputs =
          layer.inputs + v / Ops::kDenseVectors * ptrdiff_t(layer.tuples) * kTupleSize;
      int out = 0;
      for (; out + Ops::kDenseOuts < layer.outs; out += Ops::kDenseOuts) {
        micro_kernel<kQuads, kEpilogue, Ops::kDenseOuts>(layer, out, inputs, x + v * kLanes);
      }
      last_outputs<kQuads, kEpilogue, Ops::kDenseOuts>(layer, out, inputs, x + v * kLanes);
    }
  }

  // The last 1 to kOuts output channels.
  template <bool kQuads, Epilogue kEpilogue, int kOuts>
  SRQ_INLINE static void last_outputs(const Dense& layer, int out, const int16_t* inputs,
                                      ptrdiff_t x) {
    if constexpr (kOuts > 0) {
      if (layer.outs - out == kOuts) {
        return micro_kernel<kQuads, kEpilogue, kOuts>(layer, out, inputs, x);
      }
      last_outputs<kQuads, kEpilogue, kOuts - 1>(layer, out, inputs, x);
    }
  }

  // kOuts output channels of kDenseVectors vectors of pixels from pixel x on, held in registers.
  template <bool kQuads, Epilogue kEpilogue, int kOuts>
  SRQ_INLINE static void micro_kernel(const Dense& layer, int out, const int16_t* inputs,
                                      ptrdiff_t x) {
    VecI32 sums[kOuts][kSums];
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      const bool init_last = kShiftsSums<kQuads> && layer.left;
      TileKernel<Ops>::template fill<kSums>(init_last ? 0 : layer.rounding.init[out + o], sums[o]);
    }
    if (!kShiftsSums<kQuads> && layer.residual) add_residual(layer, out, x, sums);
    if constexpr (kChunks<kQuads>) {
      add_chunks(layer, out, inputs, sums);
    } else {
      add_tuples<kQuads>(layer.weights + ptrdiff_t(out) * layer.tuples, layer.tuples, inputs, sums);
    }
    if (kShiftsSums<kQuads> && layer.left) shift_left(layer, out, sums);
    if (kShiftsSums<kQuads> && layer.residual) add_residual(layer, out, x, sums);
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

  // As add_tuples, by chunks: two tuples' products are added in int16, then both halves of a lane,
  // shifted left, to a sum.
  template <int kOuts>
  SRQ_INLINE static void add_chunks(const Dense& layer, int out, const int16_t* inputs,
                                    VecI32 (&sums)[kOuts][kSums]) {
    const int32_t* chunk = layer.weights + layer.blocks[out / Ops::kDenseOuts];
    VecI16 units[kOuts];
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      units[o] = Ops::splat16(layer.left ? 1 << layer.left[out + o] : 1);
    }
    for (int32_t chunks = *chunk++; chunks > 0; --chunks, chunk += 2 + 2 * kOuts) {
      const int16_t *first = inputs + chunk[0], *second = inputs + chunk[1];
      VecI16 weights[2][kOuts];
      SRQ_UNROLL
      for (int o = 0; o < kOuts; ++o) {
        weights[0][o] = Ops::splat_pair(chunk[2 + o]);
        weights[1][o] = Ops::splat_pair(chunk[2 + kOuts + o]);
      }
      SRQ_UNROLL
      for (int v = 0; v < kSums; ++v) {
        const VecI16 a = Ops::load(first + v * kLanes), b = Ops::load(second + v * kLanes);
        SRQ_UNROLL
        for (int o = 0; o < kOuts; ++o) {
          const VecI16 products = Ops::add16(Ops::multiply_bytes(a, weights[0][o]),
                                             Ops::multiply_bytes(b, weights[1][o]));
          sums[o][v] = Ops::dot_pairs(sums[o][v], products, units[o]);
        }
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
