// Depthwise layers. Words of a line are pairs of neighbouring pixels, so that a dot product takes
// two taps of a row at once: for the even pixels, and with other weights for the odd ones.
#pragma once

#include "kernels/tile.hpp"

namespace srq {
namespace {

template <class Isa>
struct InnerDepthwise : Inner<Isa> {
  using typename Inner<Isa>::Words;
  using typename Inner<Isa>::Sums;
  using Inner<Isa>::kLanes;
  using Inner<Isa>::kVectors;
  using Inner<Isa>::kGroupSize;
  using Saturate = typename Inner<Isa>::template Saturate<false>;

  static void depthwise(const Depthwise& layer, ptrdiff_t x) {
    using Row5 = Shape<1, 5>;
    using Square3 = Shape<3, 3>;
    if (Row5::is(layer)) return run<Row5>(layer, x);
    if (Square3::is(layer)) return run<Square3>(layer, x);
    run<AnyShape>(layer, x);
  }

 private:
  // The exact sums of one output channel after the other, for a kernel of any shape: vectors of
  // even and of odd pixels by turns.
  class AnyShape {
   public:
    AnyShape(const Depthwise& layer, ptrdiff_t x) : layer_(layer), weights_(layer.weights), x_(x) {}

    void next(Sums* sums) {
      Inner<Isa>::template start<kVectors>(layer_.rounding.init[out_], sums);
      const int channel = out_++ / layer_.multiplier;
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
             layer.first_pair == -1 && layer.multiplier == 1;
    }

    Shape(const Depthwise& layer, ptrdiff_t x)
        : weights_(layer.weights), init_(layer.rounding.init) {
      SRQ_UNROLL
      for (int r = 0; r < kRows; ++r) {
        lines_[r] = layer.lines[r].data + x;
        strides_[r] = layer.lines[r].stride;
      }
    }

    SRQ_INLINE void next(Sums* sums) {
      Inner<Isa>::template start<kVectors>(*init_++, sums);
      SRQ_UNROLL
      for (int r = 0; r < kRows; ++r, weights_ += 6) {
        add_pair<-1>(lines_[r], weights_, sums);
        add_pair<0>(lines_[r], weights_ + 2, sums);
        add_pair<1>(lines_[r], weights_ + 4, sums);
        lines_[r] += strides_[r];
      }
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
    const int16_t* lines_[kRows];
    ptrdiff_t strides_[kRows];
  };

  template <class S>
  static void run(const Depthwise& layer, ptrdiff_t x) {
    S channels(layer, x);
    const Saturate saturate(layer.rounding);
    if (!layer.inputs) {
      for (int out = 0; out < layer.outs; ++out) {
        Sums sums[kVectors];
        channels.next(sums);
        store_line(layer, out, x, sums, saturate);
      }
    } else if (layer.bytes) {
      if constexpr (Isa::kBytes) store_bytes(layer, channels, saturate);
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
    for (int out = 0; out < outs; out += 2, inputs += kGroupSize) {
      Words pairs[kVectors];
      next_pair(channels, rounding, outs, out, *fits++, saturate, true, pairs);
      store_in_order(pairs, inputs);
    }
  }

  // Two pairs of channels become groups of bytes. To saturate is what packing does, but for
  // formats of fewer bits.
  template <class S>
  SRQ_INLINE static void store_bytes(const Depthwise& layer, S& channels,
                                     const Saturate& saturate) {
    const Rounding rounding = layer.rounding;
    const Fit* fits = layer.fits;
    int16_t* inputs = layer.inputs;
    const int outs = layer.outs;
    const bool full = rounding.lo == 0 && rounding.hi == UINT8_MAX;
    for (int out = 0; out < outs; out += 4, inputs += kGroupSize) {
      Words bytes[2][Isa::kBlocks];
      SRQ_UNROLL
      for (int p = 0; p < 2; ++p) {
        Words pairs[kVectors];
        if (out + 2 * p < outs) {
          next_pair(channels, rounding, outs, out + 2 * p, *fits++, saturate, !full, pairs);
        } else {
          Inner<Isa>::template start<kVectors>(0, pairs);
        }
        SRQ_UNROLL
        for (int b = 0; b < Isa::kBlocks; ++b) {
          bytes[p][b] = Isa::pack_bytes(pairs[2 * b], pairs[2 * b + 1]);
        }
      }
      Words groups[kVectors];
      SRQ_UNROLL
      for (int b = 0; b < Isa::kBlocks; ++b) {
        groups[2 * b] = Isa::pair_low(bytes[0][b], bytes[1][b]);
        groups[2 * b + 1] = Isa::pair_high(bytes[0][b], bytes[1][b]);
      }
      store_in_order(groups, inputs);
    }
  }

  // Vectors of even and of odd pixels by turns, stored as neighbours.
  SRQ_INLINE static void store_in_order(const Words* groups, int16_t* inputs) {
    SRQ_UNROLL
    for (int v = 0; v < kVectors; v += 2) {
      Isa::store(inputs + v * kLanes, Isa::low(groups[v], groups[v + 1]));
      Isa::store(inputs + (v + 1) * kLanes, Isa::high(groups[v], groups[v + 1]));
    }
  }

  // Channels `out` and `out` + 1 (or zeros) side by side, rounded and saturated; without `clamps`
  // what fits int16 is left as it is.
  template <class S>
  SRQ_INLINE static void next_pair(S& channels, const Rounding& rounding, int outs, int out,
                                   Fit fit, const Saturate& saturate, bool clamps, Words* pairs) {
    Sums first[kVectors], second[kVectors];
    channels.next(first);
    if (out + 1 < outs) {
      channels.next(second);
    } else {
      Inner<Isa>::template start<kVectors>(0, second);
    }
    if (fit != Fit::none) {
      blend(Isa::splat(rounding.right[out]), Isa::splat(16 - rounding.right[out + 1]), first,
            second, pairs);
      if (fit == Fit::format || !clamps) return;
      SRQ_UNROLL
      for (int v = 0; v < kVectors; ++v) pairs[v] = saturate.clamp(pairs[v]);
      return;
    }
    Inner<Isa>::template shift<kVectors>(rounding, out, first);
    if (out + 1 < outs) Inner<Isa>::template shift<kVectors>(rounding, out + 1, second);
    SRQ_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      pairs[v] = Isa::by_turns(saturate(first[v], second[v]));
    }
  }

  // Sums that fit int16 once they are rounded, two channels side by side: one shifted down to the
  // lower half of a lane, the other up to the upper half.
  SRQ_INLINE static void blend(Sums right, Sums left, const Sums* first, const Sums* second,
                               Words* pairs) {
    SRQ_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      pairs[v] = Isa::blend(Isa::shift_right(first[v], right), Isa::shift_left(second[v], left));
    }
  }

  SRQ_INLINE static void store_line(const Depthwise& layer, int out, ptrdiff_t x, Sums* sums,
                                    const Saturate& saturate) {
    Inner<Isa>::template shift<kVectors>(layer.rounding, out, sums);
    const ptrdiff_t at = out * layer.target.stride + x;
    SRQ_UNROLL
    for (int v = 0; v < kVectors; v += 2) {
      if (layer.target.exact) {
        Isa::store_exact(static_cast<int32_t*>(layer.target.data) + at + v / 2 * kLanes,
                         Isa::low(sums[v], sums[v + 1]), Isa::high(sums[v], sums[v + 1]));
      } else {
        Isa::store(static_cast<int16_t*>(layer.target.data) + at + v / 2 * kLanes,
                   Isa::by_turns(saturate(sums[v], sums[v + 1])));
      }
    }
  }
};

}  // namespace
}  // namespace srq
