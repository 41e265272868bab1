// Smaller and larger pictures by the Lanczos filter, in the fixed point of Pillow: its bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace srq::image {

struct Size {
  ptrdiff_t height;
  ptrdiff_t width;
};

// `source` and `out` have 1 or 3 interleaved channels and no gaps.
void lanczos(const uint8_t* source, Size from, int channels, Size to, uint8_t* out);

}  // namespace srq::image
