// NEON with dot products of int8 (Armv8.2 DotProd): those of quads of bytes.
#pragma once

#include "kernels/isa/neon.hpp"

namespace srq {
namespace {

struct NeonDotOps : NeonOps {
  static constexpr Quads kQuads = Quads::exact;

  static VecI32 dot_quads(VecI32 sums, VecI16 a, VecI16 b) {
    // sdot takes both as int8: a less 128, and what that leaves out as twice 64.
    const int8x16_t weights = vreinterpretq_s8_s16(b);
    const uint8x16_t moved = veorq_u8(vreinterpretq_u8_s16(a), vdupq_n_u8(0x80));
    const int8x16_t half = vdupq_n_s8(64);
    sums = vdotq_s32(sums, vreinterpretq_s8_u8(moved), weights);
    return vdotq_s32(vdotq_s32(sums, half, weights), half, weights);
  }
  static VecI16 pack_bytes(VecI16 a, VecI16 b) {
    return vreinterpretq_s16_u8(vcombine_u8(vqmovun_s16(a), vqmovun_s16(b)));
  }
};

}  // namespace
}  // namespace srq
