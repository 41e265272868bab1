#include "kernels/isa/avx512bw.hpp"

#include "kernels/kernels_of.hpp"

namespace srq {

extern const Kernels kAvx512Bw = kernels_of<Avx512BwOps>();

}  // namespace srq
