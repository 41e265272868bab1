#include "kernels.hpp"

namespace srq::image {

extern const Kernels kernels_portable;
#if defined(SRQ_X86)
extern const Kernels kernels_avx2;
#endif

const Kernels& kernels() {
#if defined(SRQ_X86)
  __builtin_cpu_init();
  static const bool avx2 = __builtin_cpu_supports("avx2");
  if (avx2) return kernels_avx2;
#endif
  return kernels_portable;
}

}  // namespace srq::image
