#include "stages/workspace.hpp"

#include <algorithm>

namespace srq {

Workspace::Workspace(const std::vector<LineBufferShape>& shapes, const std::vector<int>& scales,
                     ptrdiff_t width, size_t scratch_bytes)
    : width_(width), scales_(scales), scratch_(zeroed(scratch_bytes)) {
  buffers_.reserve(shapes.size());
  ptrdiff_t longest = 0;
  for (size_t v = 0; v < shapes.size(); ++v) {
    buffers_.emplace_back(shapes[v], width * scales[v]);
    longest = std::max(longest, shapes[v].stride(width * scales[v]));
  }
  zeros_ = zeroed(size_t(longest) * 4);
}

}  // namespace srq
