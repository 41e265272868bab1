// The filters of PNG.
#pragma once

#include <cstddef>
#include <cstdint>

namespace srq::image {

// `count` rows of `bytes` bytes, each by the filter whose differences are the smallest in sum, the
// first of equals; `out` has a byte more for each row: the filter. `above` is the row before the
// first. A pixel has `pixel` bytes.
void filter_png(const uint8_t* rows, const uint8_t* above, int64_t count, ptrdiff_t bytes,
                int pixel, uint8_t* out);

}  // namespace srq::image
