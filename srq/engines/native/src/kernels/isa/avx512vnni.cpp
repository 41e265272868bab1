#include "kernels/isa/avx512vnni.hpp"

#include "kernels/kernels_of.hpp"

namespace srq {

extern const Kernels kAvx512Vnni = kernels_of<Avx512VnniOps>();

}  // namespace srq
