#include "kernels/isa/neoni8mm.hpp"

#include "kernels/kernels_of.hpp"

namespace srq {

extern const Kernels kNeonI8mm = kernels_of<NeonI8mmOps>();

}  // namespace srq
