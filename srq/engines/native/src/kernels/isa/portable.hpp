// Plain C++: what runs everywhere. Its vectors are one block of 128 bits.
#pragma once

#include <cstdint>

#include "kernels/kernels.hpp"

namespace srq {
namespace {

struct PortableOps {
  static constexpr int kLanes = 8;
  static constexpr int kTileVectors = 2;
  static constexpr int kDenseVectors = 1;
  static constexpr int kDenseOuts = 4;
  static constexpr int kDotCost = 2;
  static constexpr Quads kQuads = Quads::none;

  struct VecI16 {
    int16_t lane[kLanes];
  };
  struct VecI32 {
    int32_t lane[kLanes / 2];
  };

  static VecI16 load(const int16_t* from) { return loadu(from); }

  static VecI16 loadu(const int16_t* from) {
    VecI16 r;
    for (int i = 0; i < kLanes; ++i) r.lane[i] = from[i];
    return r;
  }

  template <int kPairs>
  static VecI16 shifted_load(const int16_t* from) {
    return loadu(from + 2 * kPairs);
  }

  static void prefetch(const int16_t*) {}
  static void storeu(int16_t* to, VecI16 x) {
    for (int i = 0; i < kLanes; ++i) to[i] = x.lane[i];
  }

  static void storeu_wide(int32_t* to, VecI32 a, VecI32 b) {
    for (int i = 0; i < kLanes / 2; ++i) {
      to[i] = a.lane[i];
      to[kLanes / 2 + i] = b.lane[i];
    }
  }

  static VecI32 load32(const int32_t* from) {
    VecI32 r;
    for (int i = 0; i < kLanes / 2; ++i) r.lane[i] = from[i];
    return r;
  }

  static void store32(int32_t* to, VecI32 x) {
    for (int i = 0; i < kLanes / 2; ++i) to[i] = x.lane[i];
  }

  static VecI32 splat32(int32_t number) {
    VecI32 r;
    for (int32_t& lane : r.lane) lane = number;
    return r;
  }

  static VecI16 splat16(int32_t number) {
    VecI16 r;
    for (int16_t& lane : r.lane) lane = int16_t(number);
    return r;
  }

  static VecI16 splat_pair(int32_t pair) {
    VecI16 r;
    for (int i = 0; i < kLanes; ++i) r.lane[i] = int16_t(uint32_t(pair) >> (i % 2 * 16));
    return r;
  }

  static VecI32 dot_pairs(VecI32 sums, VecI16 a, VecI16 b) {
    for (int i = 0; i < kLanes / 2; ++i) {
      const uint32_t products =
          uint32_t(a.lane[2 * i] * b.lane[2 * i]) + uint32_t(a.lane[2 * i + 1] * b.lane[2 * i + 1]);
      sums.lane[i] = int32_t(uint32_t(sums.lane[i]) + products);
    }
    return sums;
  }

  static VecI32 add32(VecI32 a, VecI32 b) {
    for (int i = 0; i < kLanes / 2; ++i) {
      a.lane[i] = int32_t(uint32_t(a.lane[i]) + uint32_t(b.lane[i]));
    }
    return a;
  }

  static VecI32 sub32(VecI32 a, VecI32 b) {
    for (int i = 0; i < kLanes / 2; ++i) {
      a.lane[i] = int32_t(uint32_t(a.lane[i]) - uint32_t(b.lane[i]));
    }
    return a;
  }

  static VecI16 add16(VecI16 a, VecI16 b) {
    for (int i = 0; i < kLanes; ++i) a.lane[i] = int16_t(a.lane[i] + b.lane[i]);
    return a;
  }

  static VecI16 sub16(VecI16 a, VecI16 b) {
    for (int i = 0; i < kLanes; ++i) a.lane[i] = int16_t(a.lane[i] - b.lane[i]);
    return a;
  }

  static VecI32 shift_right(VecI32 x, VecI32 counts) {
    for (int i = 0; i < kLanes / 2; ++i) x.lane[i] >>= counts.lane[i];
    return x;
  }

  static VecI32 shift_left(VecI32 x, VecI32 counts) {
    for (int i = 0; i < kLanes / 2; ++i) {
      x.lane[i] = int32_t(uint32_t(x.lane[i]) << counts.lane[i]);
    }
    return x;
  }

  static VecI16 clamp(VecI16 x, VecI16 lo, VecI16 hi) {
    for (int i = 0; i < kLanes; ++i) {
      x.lane[i] = x.lane[i] < lo.lane[i] ? lo.lane[i] : x.lane[i];
      x.lane[i] = x.lane[i] > hi.lane[i] ? hi.lane[i] : x.lane[i];
    }
    return x;
  }

  static int16_t saturated(int32_t number) {
    return int16_t(number < INT16_MIN ? INT16_MIN : number > INT16_MAX ? INT16_MAX : number);
  }

  static VecI16 pack(VecI32 a, VecI32 b) {
    VecI16 r;
    for (int i = 0; i < kLanes / 2; ++i) {
      r.lane[i] = saturated(a.lane[i]);
      r.lane[kLanes / 2 + i] = saturated(b.lane[i]);
    }
    return r;
  }

  static VecI16 pack_unsigned(VecI32 a, VecI32 b, VecI16 hi) {
    return clamp(pack(a, b), splat16(0), hi);
  }

  template <int kFirst>
  static VecI32 widen_from(VecI16 x) {
    VecI32 r;
    for (int i = 0; i < kLanes / 2; ++i) r.lane[i] = x.lane[2 * i + kFirst];
    return r;
  }

  static VecI32 widen_even(VecI16 x) { return widen_from<0>(x); }
  static VecI32 widen_odd(VecI16 x) { return widen_from<1>(x); }

  static VecI16 merge_halves(VecI32 a, VecI32 b) {
    VecI16 r;
    for (int i = 0; i < kLanes / 2; ++i) {
      r.lane[2 * i] = int16_t(a.lane[i]);
      r.lane[2 * i + 1] = int16_t(b.lane[i] >> 16);
    }
    return r;
  }

  // Runs of kRun lanes of a and b interleaved, from lane kFrom of each on.
  template <int kRun, int kFrom, class Vector>
  static Vector interleave(Vector a, Vector b) {
    Vector r;
    constexpr int kCount = sizeof(a.lane) / sizeof(a.lane[0]);
    for (int i = 0; i < kCount; ++i) {
      const int from = kFrom + i / (2 * kRun) * kRun + i % kRun;
      r.lane[i] = i / kRun % 2 ? b.lane[from] : a.lane[from];
    }
    return r;
  }

  // The lanes kFirst, kFirst + 2, ... of a, each before the same lane of b.
  template <int kFirst>
  static VecI16 transpose(VecI16 a, VecI16 b) {
    VecI16 r;
    for (int i = 0; i < kLanes; i += 2) {
      r.lane[i] = a.lane[i + kFirst];
      r.lane[i + 1] = b.lane[i + kFirst];
    }
    return r;
  }

  static VecI16 transpose_even16(VecI16 a, VecI16 b) { return transpose<0>(a, b); }
  static VecI16 transpose_odd16(VecI16 a, VecI16 b) { return transpose<1>(a, b); }
  static VecI16 interleave_low16(VecI16 a, VecI16 b) { return interleave<1, 0>(a, b); }
  static VecI16 interleave_high16(VecI16 a, VecI16 b) { return interleave<1, 4>(a, b); }
  static VecI16 interleave_low_pairs(VecI16 a, VecI16 b) { return interleave<2, 0>(a, b); }
  static VecI16 interleave_high_pairs(VecI16 a, VecI16 b) { return interleave<2, 4>(a, b); }
  static VecI32 interleave_low32(VecI32 a, VecI32 b) { return interleave<1, 0>(a, b); }
  static VecI32 interleave_high32(VecI32 a, VecI32 b) { return interleave<1, 2>(a, b); }

  static VecI16 interleave_halves(VecI16 x) {
    VecI16 r;
    for (int i = 0; i < kLanes; ++i) r.lane[i] = x.lane[i / 2 + i % 2 * (kLanes / 2)];
    return r;
  }

  template <class Vector>
  static void do_not_optimize(Vector& x) {
    asm volatile("" : "+m"(x));
  }
};

}  // namespace
}  // namespace srq
