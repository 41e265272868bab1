// What the inner kernels share. They are written over an instruction set `Isa`, which has, for
// vectors `Words` of kLanes int16 and `Sums` of half as many int32 (below, "eight" and "four" are
// lanes of Words and Sums in each 128 bits):
//
//   load, loadu, store        Words, from any address but `load`, which wants it aligned
//   beside<n>(p)              the Words n pairs of lanes beside p, which is aligned
//   splat, splat16, splat_pair  one number in all lanes: of Sums, of Words, of Words by twos
//   dot(s, a, b)              s + the products of neighbouring lanes, two by two
//   add, shift_right, shift_left  of Sums; shifts take their count per lane
//   even(w), odd(w)           lanes 2i, 2i + 1, as Sums
//   pack(a, b), pack_unsigned   saturated to int16 (uint16): of each eight, four of a, four of b
//   by_turns(w)               of each eight: first, fifth, second, sixth, ... : packed a and b
//                             by turns
//   blend(a, b)               lane 2i from a's int32, lane 2i + 1 from the upper half of b's
//   clamp, clamp_unsigned     Words into lo..hi, and to hi
//   low(a, b), high(a, b)     pairs of lanes by turns, from the first (last) half of each eight
//   pair_low(a, b), pair_high   lanes by turns, from the first (last) half of each eight
//   store_exact(p, a, b)      Sums: of each eight numbers, four of a and then four of b
//   keep(v)                   makes the compiler believe that v changes
//
// and where kBytes is true, for groups of four bytes:
//
//   add_words(a, b)           of Words
//   pack_bytes(a, b)          saturated to uint8: of each sixteen bytes, eight of a, eight of b
//   dot_bytes(s, a, b)        s + the products of a's uint8 and b's int8, four by four
//
// kBlocks vectors of pixels make a tile; a dense layer holds kOuts sums of kDenseBlocks vectors
// of pixels in registers at once.
#pragma once

#include "kernels/kernels.hpp"

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
  static constexpr int kGroupSize = kVectors * kLanes;

  template <int kCount>
  SRQ_INLINE static void start(int32_t init, Sums* sums) {
    const Sums all = Isa::splat(init);
    SRQ_UNROLL
    for (int v = 0; v < kCount; ++v) sums[v] = all;
  }

  // The shifts of a Rounding.
  template <int kCount>
  SRQ_INLINE static void shift(const Rounding& rounding, int out, Sums* sums) {
    const Sums right = Isa::splat(rounding.right[out]);
    SRQ_UNROLL
    for (int v = 0; v < kCount; ++v) sums[v] = Isa::shift_right(sums[v], right);
    if (!rounding.left) return;
    const Sums left = Isa::splat(rounding.left[out]);
    SRQ_UNROLL
    for (int v = 0; v < kCount; ++v) sums[v] = Isa::shift_left(sums[v], left);
  }

  // Two vectors of sums packed and brought into a Rounding's format.
  template <bool kUnsigned>
  struct Saturate {
    Words lo;
    Words hi;

    explicit Saturate(const Rounding& rounding)
        : lo(Isa::splat16(rounding.lo)), hi(Isa::splat16(rounding.hi)) {}

    SRQ_INLINE Words operator()(Sums a, Sums b) const {
      if constexpr (kUnsigned) return Isa::clamp_unsigned(Isa::pack_unsigned(a, b), hi);
      return Isa::clamp(Isa::pack(a, b), lo, hi);
    }

    SRQ_INLINE Words clamp(Words words) const { return Isa::clamp(words, lo, hi); }
  };
};

}  // namespace
}  // namespace srq
