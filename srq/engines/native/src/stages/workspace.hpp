// What one thread works on: a picture, the region of it to make, the line buffers of all values.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/line_buffer.hpp"

namespace srq {

// A picture; rows are `stride` bytes apart.
struct InputPlane {
  const void* data;
  ptrdiff_t stride;
  bool is_uint8;  // of uint16 if not
  int64_t height;
  int64_t width;
};

// Where the larger picture goes.
struct OutputPlane {
  void* data;
  ptrdiff_t stride;
  bool is_uint8;
};

// Of the low-resolution picture: rows top..bottom and columns left..right are made, and columns
// halo_left..halo_right read for it. Pixel 0 of all line buffers is column halo_left.
struct Region {
  int64_t top;
  int64_t bottom;
  int64_t left;
  int64_t right;
  int64_t halo_left;
  int64_t halo_right;

  ptrdiff_t width() const { return halo_right - halo_left; }
};

// The memory of a thread for regions of up to `width` columns; reused from picture to picture.
class Workspace {
 public:
  // `shapes`: of each op's line buffer; one without channels has none. `scales` are the values'.
  Workspace(const std::vector<LineBufferShape>& shapes, const std::vector<int>& scales,
            ptrdiff_t width, size_t scratch_bytes);

  ptrdiff_t width() const { return width_; }

  // A line of value `v`; zeros above and below the picture.
  template <class T>
  Line<T> line(int v, int64_t y) const {
    if (y < 0 || y >= input.height * scales_[v]) {
      return {static_cast<const T*>(zeros_.get()) + kMargin, 0};
    }
    return buffers_[v].line<T>(y);
  }

  const LineBuffer& buffer(int v) const { return buffers_[v]; }

  // Memory for what lives no longer than a call; at a multiple of 64.
  char* scratch() const { return static_cast<char*>(scratch_.get()); }

  InputPlane input{};
  OutputPlane output{};
  Region region{};

 private:
  ptrdiff_t width_;
  std::vector<int> scales_;
  std::vector<LineBuffer> buffers_;
  Memory zeros_;
  Memory scratch_;
};

}  // namespace srq
