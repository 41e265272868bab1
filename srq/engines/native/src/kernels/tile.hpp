// What the tile kernels have in common. They are templates over an instruction set `Ops`, whose
// functions kernels/isa/ops.hpp explains.
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

template <class Ops>
struct TileKernel {
  using VecI16 = typename Ops::VecI16;
  using VecI32 = typename Ops::VecI32;
  static constexpr int kLanes = Ops::kLanes;
  static constexpr int kTile = Ops::kTileVectors * kLanes;  // pixels
  static constexpr int kTileSums = 2 * Ops::kTileVectors;   // VecI32 of a channel of a tile
  static constexpr int kTupleSize = 2 * Ops::kDenseVectors * kLanes;  // int16 of a tuple of a group

  // Where the first of two vectors of a tuple's inputs stand, those of vector `v` of a tile's
  // pixels. `inputs` are of kDenseVectors vectors all `tuples`, then of the next; this is the tuple
  // that `inputs` points to.
  SRQ_INLINE static int16_t* inputs_at(int16_t* inputs, int tuples, int v) {
    const ptrdiff_t group = v / Ops::kDenseVectors, within = v % Ops::kDenseVectors;
    return inputs + group * tuples * kTupleSize + 2 * within * kLanes;
  }

  template <int kCount>
  SRQ_INLINE static void fill(int32_t number, VecI32* sums) {
    const VecI32 splat = Ops::splat32(number);
    SRQ_UNROLL
    for (int v = 0; v < kCount; ++v) sums[v] = splat;
  }

  // The shifts of a Rounding, for one output channel.
  template <int kCount>
  SRQ_INLINE static void shift_sums(const Rounding& rounding, int out, VecI32* sums) {
    const VecI32 right = Ops::splat32(rounding.right[out]);
    SRQ_UNROLL
    for (int v = 0; v < kCount; ++v) sums[v] = Ops::shift_right(sums[v], right);
    if (!rounding.left) return;
    const VecI32 left = Ops::splat32(rounding.left[out]);
    SRQ_UNROLL
    for (int v = 0; v < kCount; ++v) sums[v] = Ops::shift_left(sums[v], left);
  }

  // Packs two vectors of sums and saturates them to a Rounding's format.
  template <bool kUnsigned>
  struct Saturate {
    VecI16 lo;
    VecI16 hi;

    explicit Saturate(const Rounding& rounding)
        : lo(Ops::splat16(rounding.lo)), hi(Ops::splat16(rounding.hi)) {}

    SRQ_INLINE VecI16 operator()(VecI32 a, VecI32 b) const {
      if constexpr (kUnsigned) return Ops::pack_unsigned(a, b, hi);
      return Ops::clamp(Ops::pack(a, b), lo, hi);
    }

    SRQ_INLINE VecI16 clamp(VecI16 packed) const { return Ops::clamp(packed, lo, hi); }
  };
};

}  // namespace
}  // namespace srq
