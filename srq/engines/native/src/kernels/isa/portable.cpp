#include "kernels/isa/portable.hpp"

#include "kernels/kernels_of.hpp"

namespace srq {

extern const Kernels kPortable = kernels_of<PortableOps>();

}  // namespace srq
