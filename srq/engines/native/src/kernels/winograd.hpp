// 3x3 layers by Winograd's minimal filtering F(2x2, 3x3), in integers and exact.
//
// Of four neighbours x0 .. x3 a row of weights g0, g1, g2 makes two numbers with four products:
//
//   p0 = (x2 - x0) * -2 g0           z0 = p0 + p1 + p2 = 2 (g0 x0 + g1 x1 + g2 x2)
//   p1 = (x1 + x2) * (g0 + g1 + g2)  z1 = p1 - p2 + p3 = 2 (g0 x1 + g1 x2 + g2 x3)
//   p2 = (x2 - x1) * (g0 - g1 + g2)
//   p3 = (x3 - x1) * 2 g2
//
// The same is done across and down: 16 products in place of 36, and sums of four times the size.
// Down, the first of two lines needs the rows 0, 1 and 2 of products, and the second 1, 2 and 3: so
// each line can be made as soon as direct sums could.
#pragma once

#include "kernels/dense.hpp"

namespace srq {
namespace {

template <class Ops>
struct WinogradKernel : TileKernel<Ops> {
  using typename TileKernel<Ops>::VecI16;
  using typename TileKernel<Ops>::VecI32;
  using TileKernel<Ops>::kLanes;
  using TileKernel<Ops>::kTile;
  using TileKernel<Ops>::kTupleSize;
  static constexpr int kSums = DenseKernel<Ops>::kSums;  // VecI32 of pairs of pixels of a tile
  static constexpr int kSize = 4;                        // of a transformed row
  static_assert(kTile == kSums * kLanes);

  static void inputs(const WinogradTaps& taps, ptrdiff_t x, int16_t* inputs) {
    const ptrdiff_t row_size = ptrdiff_t(kSize) * ((taps.channels + 1) / 2) * kTupleSize;
    for (int r = 0; r < taps.count; ++r, inputs += row_size) {
      if (taps.rows[r].add) {
        row<true>(taps, taps.rows[r], x, inputs);
      } else {
        row<false>(taps, taps.rows[r], x, inputs);
      }
    }
  }

  static void winograd(const Winograd& layer, ptrdiff_t x) {
    if (layer.rounding.lo == 0) return all_outputs<true>(layer, x);
    all_outputs<false>(layer, x);
  }

 private:
  template <bool kAdd>
  static void row(const WinogradTaps& taps, const LinePair& lines, ptrdiff_t x, int16_t* inputs) {
    const int pairs = (taps.channels + 1) / 2;
    const ptrdiff_t step = ptrdiff_t(pairs) * kTupleSize;
    const VecI16 center = Ops::splat16(2 * taps.center);
    for (int pair = 0; pair < pairs; ++pair, inputs += kTupleSize) {
      const int last = 2 * pair + 1 < taps.channels ? 2 * pair + 1 : 2 * pair;
      const int16_t* const a[2] = {lines.first.channel(2 * pair) + x,
                                   lines.second.channel(2 * pair) + x};
      const int16_t* const b[2] = {lines.first.channel(last) + x, lines.second.channel(last) + x};
      SRQ_UNROLL
      for (int v = 0; v < kSums; ++v) {
        const int at = v * kLanes;
        const VecI16 a_ends = ends<kAdd>(a, at), b_ends = ends<kAdd>(b, at);
        const VecI16 a_middle = middle<kAdd>(a, at, center), b_middle = middle<kAdd>(b, at, center);
        const VecI16 even = Ops::transpose_even16(a_middle, b_middle);
        const VecI16 odd = Ops::transpose_odd16(a_middle, b_middle);
        int16_t* const to = inputs + at;
        Ops::storeu(to, Ops::transpose_even16(a_ends, b_ends));
        Ops::storeu(to + step, Ops::add16(even, odd));
        Ops::storeu(to + 2 * step, Ops::sub16(odd, even));
        Ops::storeu(to + 3 * step, Ops::transpose_odd16(a_ends, b_ends));
      }
    }
  }

  template <bool kAdd>
  SRQ_INLINE static VecI16 both(const int16_t* const (&lines)[2], int at) {
    const VecI16 first = Ops::loadu(lines[0] + at), second = Ops::loadu(lines[1] + at);
    return kAdd ? Ops::add16(first, second) : Ops::sub16(second, first);
  }

  // x1 and x2 of each pair of pixels.
  template <bool kAdd>
  SRQ_INLINE static VecI16 middle(const int16_t* const (&lines)[2], int at, VecI16 center) {
    const VecI16 sum = both<kAdd>(lines, at);
    return kAdd ? Ops::sub16(sum, center) : sum;
  }

  // x2 - x0 and x3 - x1.
  template <bool kAdd>
  SRQ_INLINE static VecI16 ends(const int16_t* const (&lines)[2], int at) {
    return Ops::sub16(both<kAdd>(lines, at + 1), both<kAdd>(lines, at - 1));
  }

  template <bool kUnsigned>
  static void all_outputs(const Winograd& layer, ptrdiff_t x) {
    int out = 0;
    for (; out + Ops::kDenseOuts < layer.outs; out += Ops::kDenseOuts) {
      outputs<kUnsigned, Ops::kDenseOuts>(layer, out, x);
    }
    last_outputs<kUnsigned, Ops::kDenseOuts>(layer, out, x);
  }

  template <bool kUnsigned, int kOuts>
  SRQ_INLINE static void last_outputs(const Winograd& layer, int out, ptrdiff_t x) {
    if constexpr (kOuts > 0) {
      if (layer.outs - out == kOuts) return outputs<kUnsigned, kOuts>(layer, out, x);
      last_outputs<kUnsigned, kOuts - 1>(layer, out, x);
    }
  }

  // Sums of kOuts output channels of a tile.
  template <int kOuts>
  struct Sums {
    VecI32 of[kOuts][kSums];
  };

  template <bool kUnsigned, int kOuts>
  static void outputs(const Winograd& layer, int out, ptrdiff_t x) {
    int32_t* const kept = layer.kept + (x / kTile * layer.outs + out) * kTile;
    Sums<kOuts> products[kSize], later[kSize], even, odd;
    if (layer.first) {
      for (int p = 0; p < kSize; ++p) {
        Sums<kOuts> middle = zeros<kOuts>(), last = zeros<kOuts>();
        add_products(layer, 1, 1, p, out, middle);
        add_products(layer, 2, 2, p, out, last);
        later[p] = difference(middle, last);
        Sums<kOuts> all = sum(middle, last);
        add_products(layer, 0, 0, p, out, all);
        products[p] = all;
      }
      keep(later, kept);
      even = even_pixels(products);
      odd = odd_pixels(products);
    } else {
      for (int p = 0; p < kSize; ++p) {
        Sums<kOuts> all = zeros<kOuts>();
        add_products(layer, 3, 0, p, out, all);
        products[p] = all;
      }
      even = even_pixels(products);
      odd = odd_pixels(products);
      add_kept(kept, even, odd);
    }
    finish<kUnsigned>(layer, out, x, even, odd);
  }

  template <int kOuts>
  SRQ_INLINE static Sums<kOuts> zeros() {
    Sums<kOuts> made;
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) TileKernel<Ops>::template fill<kSums>(0, made.of[o]);
    return made;
  }

  // Adds the products of a place of the transformed weights, (row, p), with the inputs of a row.
  template <int kOuts>
  SRQ_INLINE static void add_products(const Winograd& layer, int row, int input_row, int p, int out,
                                      Sums<kOuts>& sums) {
    const ptrdiff_t pairs = layer.pairs;
    const int32_t* const weights = layer.weights + ((row * kSize + p) * layer.outs + out) * pairs;
    const int16_t* const from = layer.inputs + (input_row * kSize + p) * pairs * kTupleSize;
    DenseKernel<Ops>::template add_tuples<false>(weights, layer.pairs, from, sums.of);
  }

  template <int kOuts>
  SRQ_INLINE static Sums<kOuts> sum(const Sums<kOuts>& a, const Sums<kOuts>& b) {
    Sums<kOuts> made;
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      SRQ_UNROLL
      for (int v = 0; v < kSums; ++v) made.of[o][v] = Ops::add32(a.of[o][v], b.of[o][v]);
    }
    return made;
  }

  template <int kOuts>
  SRQ_INLINE static Sums<kOuts> difference(const Sums<kOuts>& a, const Sums<kOuts>& b) {
    Sums<kOuts> made;
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      SRQ_UNROLL
      for (int v = 0; v < kSums; ++v) made.of[o][v] = Ops::sub32(a.of[o][v], b.of[o][v]);
    }
    return made;
  }

  template <int kOuts>
  SRQ_INLINE static Sums<kOuts> even_pixels(const Sums<kOuts> (&products)[kSize]) {
    return sum(products[0], sum(products[1], products[2]));
  }

  template <int kOuts>
  SRQ_INLINE static Sums<kOuts> odd_pixels(const Sums<kOuts> (&products)[kSize]) {
    return sum(difference(products[1], products[2]), products[3]);
  }

  template <int kOuts>
  SRQ_INLINE static void keep(const Sums<kOuts> (&products)[kSize], int32_t* kept) {
    const Sums<kOuts> even = even_pixels(products), odd = odd_pixels(products);
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      SRQ_UNROLL
      for (int v = 0; v < kSums; ++v, kept += kLanes) {
        Ops::store32(kept, even.of[o][v]);
        Ops::store32(kept + kLanes / 2, odd.of[o][v]);
      }
    }
  }

  template <int kOuts>
  SRQ_INLINE static void add_kept(const int32_t* kept, Sums<kOuts>& even, Sums<kOuts>& odd) {
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o) {
      SRQ_UNROLL
      for (int v = 0; v < kSums; ++v, kept += kLanes) {
        even.of[o][v] = Ops::add32(even.of[o][v], Ops::load32(kept));
        odd.of[o][v] = Ops::add32(odd.of[o][v], Ops::load32(kept + kLanes / 2));
      }
    }
  }

  // Rounds the sums of even and of odd pixels, and stores them as a line.
  template <bool kUnsigned, int kOuts>
  SRQ_INLINE static void finish(const Winograd& layer, int out, ptrdiff_t x,
                                const Sums<kOuts>& even, const Sums<kOuts>& odd) {
    const typename TileKernel<Ops>::template Saturate<kUnsigned> saturate(layer.rounding);
    const VecI32 left = Ops::splat32(layer.residual_shift);
    const int16_t* residual =
        layer.residual + (layer.residual ? out * layer.residual_stride + x : 0);
    int16_t* to = static_cast<int16_t*>(layer.target.data) + out * layer.target.stride + x;
    SRQ_UNROLL
    for (int o = 0; o < kOuts; ++o, to += layer.target.stride) {
      const VecI32 init = Ops::splat32(layer.rounding.init[out + o]);
      const VecI32 right = Ops::splat32(layer.rounding.right[out + o]);
      SRQ_UNROLL
      for (int v = 0; v < kSums; ++v) {
        VecI32 a = Ops::add32(even.of[o][v], init), b = Ops::add32(odd.of[o][v], init);
        if (layer.residual) {
          const VecI16 more = Ops::loadu(residual + v * kLanes);
          a = Ops::add32(a, Ops::shift_left(Ops::widen_even(more), left));
          b = Ops::add32(b, Ops::shift_left(Ops::widen_odd(more), left));
        }
        const VecI16 pixels = saturate(Ops::shift_right(a, right), Ops::shift_right(b, right));
        Ops::storeu(to + v * kLanes, Ops::interleave_halves(pixels));
      }
      if (layer.residual) residual += layer.residual_stride;
    }
  }
};

}  // namespace
}  // namespace srq
