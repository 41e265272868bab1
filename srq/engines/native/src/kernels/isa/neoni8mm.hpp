// NEON with I8MM (Armv8.6): a dot product of quads of bytes is one instruction.
#pragma once

#include "kernels/isa/neondot.hpp"

namespace srq {
namespace {

struct NeonI8mmOps : NeonDotOps {
  static constexpr Quads kQuads = Quads::exact;

  static VecI32 dot_quads(VecI32 sums, VecI16 a, VecI16 b) {
    return vusdotq_s32(sums, vreinterpretq_u8_s16(a), vreinterpretq_s8_s16(b));
  }
};

}  // namespace
}  // namespace srq
