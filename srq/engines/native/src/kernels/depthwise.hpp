// Depthwise layers. A vector of a line is pairs of neighbouring pixels, so that a dot product takes
// two taps of a row at once: for the even pixels, and with other weights for the odd ones.
#pragma once

#include "kernels/tile.hpp"

namespace srq {
namespace {

template <class Ops>
struct DepthwiseKernel : TileKernel<Ops> {
  using typename TileKernel<Ops>::VecI16;
  using typename TileKernel<Ops>::VecI32;
  using TileKernel<Ops>::kLanes;
  using TileKernel<Ops>::kTileSums;
  using TileKernel<Ops>::kTupleSize;
  using Saturate = typename TileKernel<Ops>::template Saturate<false>;

  static void depthwise(const Depthwise& layer, ptrdiff_t x) {
    using Sums1x5 = FixedSums<1, 5>;
    using Sums3x3 = FixedSums<3, 3>;
    if (Sums1x5::takes(layer)) return run<Sums1x5>(layer, x);
    if (Sums3x3::takes(layer)) return run<Sums3x3>(layer, x);
    run<AnySums>(layer, x);
  }

 private:
  // The exact sums of one output channel after the other, for a kernel of any shape. A channel of
  // a tile is alternating vectors of even and of odd pixels.
  class AnySums {
   public:
    AnySums(const Depthwise& layer, ptrdiff_t x) : layer_(layer), weights_(layer.weights), x_(x) {}

    void next(VecI32* sums) {
      TileKernel<Ops>::template fill<kTileSums>(layer_.rounding.init[out_], sums);
      const int channel = out_++ / layer_.multiplier;
      for (int r = 0; r < layer_.rows; ++r) {
        const int16_t* line = layer_.lines[r].channel(channel) + x_ + 2 * layer_.first_pair;
        for (int m = 0; m < layer_.pairs; ++m, line += 2, weights_ += 2) {
          const VecI16 even = Ops::splat_pair(weights_[0]), odd = Ops::splat_pair(weights_[1]);
          SRQ_UNROLL
          for (int v = 0; v < Ops::kTileVectors; ++v) {
            const VecI16 input = Ops::loadu(line + v * kLanes);
            sums[2 * v] = Ops::dot_pairs(sums[2 * v], input, even);
            sums[2 * v + 1] = Ops::dot_pairs(sums[2 * v + 1], input, odd);
          }
        }
      }
    }

   private:
    const Depthwise& layer_;
    const int32_t* weights_;
    const ptrdiff_t x_;
    int out_ = 0;
  };

  // The same for an odd kernel of at most 5 columns with symmetric padding and one output for
  // each input: it reads the pairs -1, 0 and 1, of which 0 holds the pixel itself. For 3 columns
  // some of their slots hold no tap.
  template <int kRows, int kColumns>
  class FixedSums {
   public:
    static bool takes(const Depthwise& layer) {
      return layer.rows == kRows && layer.columns == kColumns && layer.pairs == 3 &&
             layer.first_pair == -1 && layer.multiplier == 1;
    }

    FixedSums(const Depthwise& layer, ptrdiff_t x)
        : weights_(layer.weights), init_(layer.rounding.init) {
      SRQ_UNROLL
      for (int r = 0; r < kRows; ++r) {
        lines_[r] = layer.lines[r].data + x;
        strides_[r] = layer.lines[r].stride;
      }
    }

    SRQ_INLINE void next(VecI32* sums) {
      TileKernel<Ops>::template fill<kTileSums>(*init_++, sums);
      SRQ_UNROLL
      for (int r = 0; r < kRows; ++r, weights_ += 6) {
        Ops::prefetch(lines_[r] + TileKernel<Ops>::kTile + 32);
        add_pair<-1>(lines_[r], weights_, sums);
        add_pair<0>(lines_[r], weights_ + 2, sums);
        add_pair<1>(lines_[r], weights_ + 4, sums);
        lines_[r] += strides_[r];
      }
    }

   private:
    static constexpr int kLeft = kColumns / 2;

    template <int kPair>
    SRQ_INLINE static void add_pair(const int16_t* line, const int32_t* weights, VecI32* sums) {
      constexpr bool kEven = 2 * kPair + 1 >= -kLeft && 2 * kPair <= kLeft;
      constexpr bool kOdd = 2 * kPair >= -kLeft && 2 * kPair - 1 <= kLeft;
      const VecI16 for_even = Ops::splat_pair(weights[0]), for_odd = Ops::splat_pair(weights[1]);
      SRQ_UNROLL
      for (int v = 0; v < Ops::kTileVectors; ++v) {
        const VecI16 input = Ops::template shifted_load<kPair>(line + v * kLanes);
        if (kEven) sums[2 * v] = Ops::dot_pairs(sums[2 * v], input, for_even);
        if (kOdd) sums[2 * v + 1] = Ops::dot_pairs(sums[2 * v + 1], input, for_odd);
      }
    }

    const int32_t* weights_;
    const int32_t* init_;
    const int16_t* lines_[kRows];
    ptrdiff_t strides_[kRows];
  };

  template <class S>
  static void run(const Depthwise& layer, ptrdiff_t x) {
    S channels(layer, x);
    const Saturate saturate(layer.rounding);
    if (!layer.inputs) {
      for (int out = 0; out < layer.outs; ++out) {
        VecI32 sums[kTileSums];
        channels.next(sums);
        store_line(layer, out, x, sums, saturate);
      }
    } else if (layer.quads) {
      if constexpr (Ops::kHasQuads) store_quads(layer, channels, saturate);
    } else {
      store_pairs(layer, channels, saturate);
    }
  }

  template <class S>
  SRQ_INLINE static void store_pairs(const Depthwise& layer, S& channels,
                                     const Saturate& saturate) {
    const Rounding rounding = layer.rounding;
    const Fit* fits = layer.fits;
    int16_t* inputs = layer.inputs;
    const int outs = layer.outs;
    for (int out = 0; out < outs; out += 2, inputs += kTupleSize) {
      VecI16 pairs[kTileSums];
      next_pair(channels, rounding, outs, out, *fits++, saturate, true, pairs);
      store_in_order(pairs, inputs);
    }
  }

  // Two pairs of channels become quads of bytes. Packing saturates them; formats of fewer bits
  // are clamped before.
  template <class S>
  SRQ_INLINE static void store_quads(const Depthwise& layer, S& channels,
                                     const Saturate& saturate) {
    const Rounding rounding = layer.rounding;
    const Fit* fits = layer.fits;
    int16_t* inputs = layer.inputs;
    const int outs = layer.outs;
    const bool full = rounding.lo == 0 && rounding.hi == UINT8_MAX;
    for (int out = 0; out < outs; out += 4, inputs += kTupleSize) {
      VecI16 bytes[2][Ops::kTileVectors];
      SRQ_UNROLL
      for (int p = 0; p < 2; ++p) {
        VecI16 pairs[kTileSums];
        if (out + 2 * p < outs) {
          next_pair(channels, rounding, outs, out + 2 * p, *fits++, saturate, !full, pairs);
        } else {
          TileKernel<Ops>::template fill<kTileSums>(0, pairs);
        }
        SRQ_UNROLL
        for (int v = 0; v < Ops::kTileVectors; ++v) {
          bytes[p][v] = Ops::pack_bytes(pairs[2 * v], pairs[2 * v + 1]);
        }
      }
      VecI16 quads[kTileSums];
      SRQ_UNROLL
      for (int v = 0; v < Ops::kTileVectors; ++v) {
        quads[2 * v] = Ops::interleave_low16(bytes[0][v], bytes[1][v]);
        quads[2 * v + 1] = Ops::interleave_high16(bytes[0][v], bytes[1][v]);
      }
      store_in_order(quads, inputs);
    }
  }

  // Stores alternating vectors of even and of odd pixels in the order of the pixels.
  SRQ_INLINE static void store_in_order(const VecI16* tuples, int16_t* inputs) {
    SRQ_UNROLL
    for (int v = 0; v < kTileSums; v += 2) {
      Ops::storeu(inputs + v * kLanes, Ops::interleave_low_pairs(tuples[v], tuples[v + 1]));
      Ops::storeu(inputs + (v + 1) * kLanes, Ops::interleave_high_pairs(tuples[v], tuples[v + 1]));
    }
  }

  // Channels `out` and `out` + 1 (or zeros) as pairs, rounded and saturated; without `clamps`
  // numbers that fit int16 are left as they are.
  template <class S>
  SRQ_INLINE static void next_pair(S& channels, const Rounding& rounding, int outs, int out,
                                   Fit fit, const Saturate& saturate, bool clamps, VecI16* pairs) {
    VecI32 first[kTileSums], second[kTileSums];
    channels.next(first);
    if (out + 1 < outs) {
      channels.next(second);
    } else {
      TileKernel<Ops>::template fill<kTileSums>(0, second);
    }
    if (fit != Fit::none) {
      merge(Ops::splat32(rounding.right[out]), Ops::splat32(16 - rounding.right[out + 1]), first,
            second, pairs);
      if (fit == Fit::format || !clamps) return;
      SRQ_UNROLL
      for (int v = 0; v < kTileSums; ++v) pairs[v] = saturate.clamp(pairs[v]);
      return;
    }
    TileKernel<Ops>::template shift_sums<kTileSums>(rounding, out, first);
    if (out + 1 < outs) TileKernel<Ops>::template shift_sums<kTileSums>(rounding, out + 1, second);
    SRQ_UNROLL
    for (int v = 0; v < kTileSums; ++v) {
      pairs[v] = Ops::interleave_halves(saturate(first[v], second[v]));
    }
  }

  // Pairs of two channels whose sums fit int16 once they are rounded: one is shifted down to the
  // lower half of a lane, the other up to the upper half.
  SRQ_INLINE static void merge(VecI32 right, VecI32 left, const VecI32* first, const VecI32* second,
                               VecI16* pairs) {
    SRQ_UNROLL
    for (int v = 0; v < kTileSums; ++v) {
      pairs[v] =
          Ops::merge_halves(Ops::shift_right(first[v], right), Ops::shift_left(second[v], left));
    }
  }

  SRQ_INLINE static void store_line(const Depthwise& layer, int out, ptrdiff_t x, VecI32* sums,
                                    const Saturate& saturate) {
    TileKernel<Ops>::template shift_sums<kTileSums>(layer.rounding, out, sums);
    const ptrdiff_t at = out * layer.target.stride + x;
    SRQ_UNROLL
    for (int v = 0; v < kTileSums; v += 2) {
      if (layer.target.wide) {
        Ops::storeu_wide(static_cast<int32_t*>(layer.target.data) + at + v / 2 * kLanes,
                         Ops::interleave_low32(sums[v], sums[v + 1]),
                         Ops::interleave_high32(sums[v], sums[v + 1]));
      } else {
        Ops::storeu(static_cast<int16_t*>(layer.target.data) + at + v / 2 * kLanes,
                    Ops::interleave_halves(saturate(sums[v], sums[v + 1])));
      }
    }
  }
};

}  // namespace
}  // namespace srq
