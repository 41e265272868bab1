// AVX-512 with VNNI: a dot product is one instruction, of pairs of int16 or quads of bytes.
#pragma once

#include "kernels/isa/avx512.hpp"

namespace srq {
namespace {

struct Avx512VnniOps : Avx512Ops {
  static constexpr int kDotCost = 1;
  static constexpr Quads kQuads = Quads::exact;

  static VecI32 dot_pairs(VecI32 sums, VecI16 a, VecI16 b) {
    // The intrinsic makes GCC 12 copy every sum before and after.
    asm("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
    return sums;
  }

  static VecI32 dot_quads(VecI32 sums, VecI16 a, VecI16 b) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
    return sums;
  }
  static VecI16 pack_bytes(VecI16 a, VecI16 b) { return _mm512_packus_epi16(a, b); }
};

}  // namespace
}  // namespace srq
