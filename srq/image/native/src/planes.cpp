#include "planes.hpp"

namespace srq::image {

extern const PlaneKernels plane_kernels_portable;
#if defined(SRQ_X86)
extern const PlaneKernels plane_kernels_avx2;
#endif

const PlaneKernels& plane_kernels() {
#if defined(SRQ_X86)
  __builtin_cpu_init();
  static const bool avx2 = __builtin_cpu_supports("avx2");
  if (avx2) return plane_kernels_avx2;
#endif
  return plane_kernels_portable;
}

}  // namespace srq::image
