#include "kernels/isa/neon.hpp"

#include "kernels/kernels_of.hpp"

namespace srq {

extern const Kernels kNeon = kernels_of<NeonOps>();

}  // namespace srq
