// NEON with I8MM (Armv8.6): a dot product of quads of bytes is one instruction.
#pragma once

#include "kernels/isa/neon.hpp"

namespace srq {
namespace {

struct NeonI8mmOps : NeonOps {
  static constexpr Quads kQuads = Quads::exact;

  static VecI32 dot_quads(VecI32 sums, VecI16 a, VecI16 b) {
    return vusdotq_s32(sums, vreinterpretq_u8_s16(a), vreinterpretq_s8_s16(b));
  }
  static VecI16 add16(VecI16 a, VecI16 b) { return vaddq_s16(a, b); }
  static VecI16 pack_bytes(VecI16 a, VecI16 b) {
    return vreinterpretq_s16_u8(vcombine_u8(vqmovun_s16(a), vqmovun_s16(b)));
  }
};

}  // namespace
}  // namespace srq
