// Which instruction sets there are, and which of them this machine has.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.hpp"

namespace srq {

struct Isa {
  const char* name;
  const Kernels* kernels;
};

// Those that this build has and this machine can run, the fastest first; "portable" is the last.
std::vector<Isa> supported_isas();

}  // namespace srq
