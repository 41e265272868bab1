// The functions on planes of the module srq.image.native._pixels.
#pragma once

#include <nanobind/nanobind.h>

namespace srq::image {

void define_planes(nanobind::module_& module);

}  // namespace srq::image
