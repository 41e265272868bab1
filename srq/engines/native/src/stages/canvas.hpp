// What one thread works on: a picture, the part of it to make, the windows of all values.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/window.hpp"

namespace srq {

// A picture and where its enlargement goes; rows are `stride` bytes apart.
struct Picture {
  const void* data;
  ptrdiff_t stride;
  bool bytes;  // of uint8; of uint16 if not
  int64_t height;
  int64_t width;
};

struct Enlargement {
  void* data;
  ptrdiff_t stride;
  bool bytes;
};

// Low-resolution pixels: rows top..bottom and columns left..right are made, and seen for it are
// the columns outer_left..outer_right. Pixel 0 of all windows is column outer_left.
struct Part {
  int64_t top;
  int64_t bottom;
  int64_t left;
  int64_t right;
  int64_t outer_left;
  int64_t outer_right;

  ptrdiff_t width() const { return outer_right - outer_left; }
};

// The memory of a thread for parts of up to `width` columns; reused from picture to picture.
class Canvas {
 public:
  // `shapes` has one window per op; an op without channels has none. `scales` are the values'.
  Canvas(const std::vector<WindowShape>& shapes, const std::vector<int>& scales, ptrdiff_t width,
         size_t scratch_bytes);

  ptrdiff_t width() const { return width_; }

  // A line of value `v`; zeros above and below the picture.
  template <class T>
  Line<T> line(int v, int64_t y) const {
    if (y < 0 || y >= picture.height * scales_[v]) {
      return {static_cast<const T*>(zeros_.get()) + kMargin, 0};
    }
    return windows_[v].line<T>(y);
  }

  const Window& window(int v) const { return windows_[v]; }

  // Memory for what lives no longer than a call; at a multiple of 64.
  char* scratch() const { return static_cast<char*>(scratch_.get()); }

  Picture picture{};
  Enlargement enlargement{};
  Part part{};

 private:
  ptrdiff_t width_;
  std::vector<int> scales_;
  std::vector<Window> windows_;
  Memory zeros_;
  Memory scratch_;
};

}  // namespace srq
