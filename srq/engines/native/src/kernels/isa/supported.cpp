#include "kernels/isa/supported.hpp"

#if defined(SRQ_NEON) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(SRQ_NEON) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace srq {

extern const Kernels kPortable;
#if defined(SRQ_X86)
extern const Kernels kAvx2, kAvx512Bw, kAvx512Vnni;
#elif defined(SRQ_NEON)
extern const Kernels kNeon, kNeonDot, kNeonI8mm;

namespace {

#if defined(__APPLE__)
bool has_feature(const char* name) {
  int found = 0;
  size_t size = sizeof found;
  return sysctlbyname(name, &found, &size, nullptr, 0) == 0 && found != 0;
}
#endif

// Whether the processor has dot products of int8, and those of I8MM; no where the system does not
// tell.
bool has_dotprod() {
#if defined(__linux__)
  constexpr unsigned long kDotProd = 1ul << 20;  // HWCAP_ASIMDDP
  return (getauxval(AT_HWCAP) & kDotProd) != 0;
#elif defined(__APPLE__)
  return has_feature("hw.optional.arm.FEAT_DotProd");
#else
  return false;
#endif
}

bool has_i8mm() {
#if defined(__linux__)
  constexpr unsigned long kI8mm = 1ul << 13;  // HWCAP2_I8MM, which old headers do not name
  return (getauxval(AT_HWCAP2) & kI8mm) != 0;
#elif defined(__APPLE__)
  return has_feature("hw.optional.arm.FEAT_I8MM");
#else
  return false;
#endif
}

}  // namespace
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
  if (has_dotprod() && has_i8mm()) isas.push_back({"neoni8mm", &kNeonI8mm});
  if (has_dotprod()) isas.push_back({"neondot", &kNeonDot});
  isas.push_back({"neon", &kNeon});
#endif
  isas.push_back({"portable", &kPortable});
  return isas;
}

}  // namespace srq
