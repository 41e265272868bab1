#include "png.hpp"

#include <algorithm>
#include <vector>

#include "kernels.hpp"

namespace srq::image {

void filter_png(const uint8_t* rows, const uint8_t* above, int64_t count, ptrdiff_t bytes,
                int pixel, uint8_t* out) {
  std::vector<uint8_t> row(pixel + bytes), before(pixel + bytes), tried(kPngFilters * bytes);
  std::copy(above, above + bytes, before.begin() + pixel);
  for (int64_t y = 0; y < count; ++y, rows += bytes, out += bytes + 1) {
    std::copy(rows, rows + bytes, row.begin() + pixel);
    int64_t effort[kPngFilters];
    kernels().png_filters(row.data() + pixel, before.data() + pixel, bytes, pixel, tried.data(),
                          effort);
    const ptrdiff_t best = std::min_element(effort, effort + kPngFilters) - effort;
    *out = uint8_t(best);
    std::copy(tried.begin() + best * bytes, tried.begin() + (best + 1) * bytes, out + 1);
    row.swap(before);
  }
}

}  // namespace srq::image
