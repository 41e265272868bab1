#include "kernels/isa/supported.hpp"

namespace srq {

extern const Kernels kPortable;
#if defined(SRQ_X86)
extern const Kernels kAvx2, kAvx512Bw, kAvx512Vnni;
#elif defined(SRQ_NEON)
extern const Kernels kNeon;
#endif

std::vector<Isa> supported_isas() {
  std::vector<Isa> isas;
#if defined(SRQ_X86)
  __builtin_cpu_init();
  const bool avx512bw = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  if (avx512bw && __builtin_cpu_supports("avx512vnni")) {
    isas.push_back({"avx512vnni", &kAvx512Vnni});
  }
  if (avx512bw) isas.push_back({"avx512bw", &kAvx512Bw});
  if (__builtin_cpu_supports("avx2")) isas.push_back({"avx2", &kAvx2});
#elif defined(SRQ_NEON)
  isas.push_back({"neon", &kNeon});
#endif
  isas.push_back({"portable", &kPortable});
  return isas;
}

}  // namespace srq
