#include "kernels/isa/neondot.hpp"

#include "kernels/kernels_of.hpp"

namespace srq {

extern const Kernels kNeonDot = kernels_of<NeonDotOps>();

}  // namespace srq
