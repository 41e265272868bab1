#include "kernels/isa/avx2.hpp"

#include "kernels/kernels_of.hpp"

namespace srq {

extern const Kernels kAvx2 = kernels_of<Avx2Ops>();

}  // namespace srq
