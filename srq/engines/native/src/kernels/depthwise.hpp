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
  static constexpr int kVectors = Ops::kTileVectors;

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
        for (int at = 0; at < TileKernel<Ops>::kTile; at += 32) {
          Ops::prefetch(lines_[r] + TileKernel<Ops>::kTile + 32 + at);
        }
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
    if (!layer.inputs) return store_lines(layer, x, channels, saturate);
    if constexpr (Ops::kQuads != Quads::none) {
      if (layer.quads) return store_quads(layer, channels, saturate);
    }
    store_pairs(layer, channels, saturate);
  }

  template <class S>
  SRQ_INLINE static void store_pairs(const Depthwise& layer, S& channels,
                                     const Saturate& saturate) {
    const Rounding rounding = layer.rounding;
    const Fit* const fits = layer.fits;
    int16_t* inputs = layer.inputs;
    const int outs = layer.outs;
    for (int out = 0; out < outs; out += 2, inputs += kTupleSize) {
      VecI16 first[kVectors], second[kVectors];
      next_pixels(channels, rounding, out, fits[out], saturate, true, first);
      if (out + 1 < outs) {
        next_pixels(channels, rounding, out + 1, fits[out + 1], saturate, true, second);
      } else {
        fill_pixels(second);
      }
      SRQ_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        int16_t* to = TileKernel<Ops>::inputs_at(inputs, (outs + 1) / 2, v);
        Ops::storeu(to, Ops::interleave_low16(first[v], second[v]));
        Ops::storeu(to + kLanes, Ops::interleave_high16(first[v], second[v]));
      }
    }
  }

  // Two pairs of channels become quads of bytes. Packing saturates them; formats of fewer bits
  // are clamped before.
  template <class S>
  SRQ_INLINE static void store_quads(const Depthwise& layer, S& channels,
                                     const Saturate& saturate) {
    const Rounding rounding = layer.rounding;
    const Fit* const fits = layer.fits;
    int16_t* inputs = layer.inputs;
    const int outs = layer.outs;
    const bool full = rounding.lo == 0 && rounding.hi == UINT8_MAX;
    for (int out = 0; out < outs; out += 4, inputs += kTupleSize) {
      VecI16 bytes[2][kVectors];
      SRQ_UNROLL
      for (int p = 0; p < 2; ++p) {
        VecI16 pixels[2][kVectors];
        SRQ_UNROLL
        for (int i = 0; i < 2; ++i) {
          const int channel = out + 2 * p + i;
          if (channel < outs) {
            next_pixels(channels, rounding, channel, fits[channel], saturate, !full, pixels[i]);
          } else {
            fill_pixels(pixels[i]);
          }
        }
        SRQ_UNROLL
        for (int v = 0; v < kVectors; ++v) {
          bytes[p][v] = Ops::pack_bytes(Ops::interleave_low16(pixels[0][v], pixels[1][v]),
                                        Ops::interleave_high16(pixels[0][v], pixels[1][v]));
        }
      }
      SRQ_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        int16_t* to = TileKernel<Ops>::inputs_at(inputs, (outs + 3) / 4, v);
        Ops::storeu(to, Ops::interleave_low16(bytes[0][v], bytes[1][v]));
        Ops::storeu(to + kLanes, Ops::interleave_high16(bytes[0][v], bytes[1][v]));
      }
    }
  }

  template <class S>
  SRQ_INLINE static void store_lines(const Depthwise& layer, ptrdiff_t x, S& channels,
                                     const Saturate& saturate) {
    const Target& target = layer.target;
    for (int out = 0; out < layer.outs; ++out) {
      const ptrdiff_t at = out * target.stride + x;
      if (target.wide) {
        VecI32 sums[kTileSums];
        channels.next(sums);
        TileKernel<Ops>::template shift_sums<kTileSums>(layer.rounding, out, sums);
        SRQ_UNROLL
        for (int v = 0; v < kTileSums; v += 2) {
          Ops::storeu_wide(static_cast<int32_t*>(target.data) + at + v / 2 * kLanes,
                           Ops::interleave_low32(sums[v], sums[v + 1]),
                           Ops::interleave_high32(sums[v], sums[v + 1]));
        }
      } else {
        VecI16 pixels[kVectors];
        next_pixels(channels, layer.rounding, out, layer.fits[out], saturate, true, pixels);
        SRQ_UNROLL
        for (int v = 0; v < kVectors; ++v) {
          Ops::storeu(static_cast<int16_t*>(target.data) + at + v * kLanes, pixels[v]);
        }
      }
    }
  }

  // Channel `out`, rounded and saturated, in the order of its pixels; without `clamps` numbers that
  // fit int16 are left as they are.
  template <class S>
  SRQ_INLINE static void next_pixels(S& channels, const Rounding& rounding, int out, Fit fit,
                                     const Saturate& saturate, bool clamps, VecI16* pixels) {
    VecI32 sums[kTileSums];
    channels.next(sums);
    if (fit != Fit::none) {
      // Even pixels are shifted down to the lower half of a lane, odd ones up to the upper half.
      const VecI32 right = Ops::splat32(rounding.right[out]);
      const VecI32 left = Ops::splat32(16 - rounding.right[out]);
      SRQ_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        pixels[v] = Ops::merge_halves(Ops::shift_right(sums[2 * v], right),
                                      Ops::shift_left(sums[2 * v + 1], left));
      }
      if (fit == Fit::format || !clamps) return;
      SRQ_UNROLL
      for (int v = 0; v < kVectors; ++v) pixels[v] = saturate.clamp(pixels[v]);
      return;
    }
    TileKernel<Ops>::template shift_sums<kTileSums>(rounding, out, sums);
    SRQ_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      pixels[v] = Ops::interleave_halves(saturate(sums[2 * v], sums[2 * v + 1]));
    }
  }

  SRQ_INLINE static void fill_pixels(VecI16* pixels) {
    SRQ_UNROLL
    for (int v = 0; v < kVectors; ++v) pixels[v] = Ops::splat16(0);
  }
};

}  // namespace
}  // namespace srq
