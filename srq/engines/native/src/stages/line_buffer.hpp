// The last few lines of a value, in a ring: what there is of a feature map at any time.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/kernels.hpp"

namespace srq {

// Zeros left of a line; a kernel reads at most 63 pixels from its own, in pairs.
constexpr ptrdiff_t kMargin = 64;

struct FreeAligned {
  void operator()(void* memory) const;
};
using Memory = std::unique_ptr<void, FreeAligned>;

// `bytes` of zeros at a multiple of 64. Throws std::bad_alloc.
Memory zeroed(size_t bytes);

// What a line buffer must be for lines of up to `width` pixels.
struct LineBufferShape {
  int channels = 1;
  int lines = 1;
  bool wide = false;  // int32, for accumulators and for what int16 cannot hold

  // The distance between channels, in elements.
  ptrdiff_t stride(ptrdiff_t width) const;
  size_t bytes(ptrdiff_t width) const;
};

// Line y of a value is in slot y mod `lines`, its pixel 0 after the margin. Beyond the last pixel
// are zeros as well, once `zero` has been called.
class LineBuffer {
 public:
  LineBuffer(const LineBufferShape& shape, ptrdiff_t width);

  template <class T>
  Line<T> line(int64_t y) const {
    return {static_cast<T*>(slot(y)), stride_};
  }

  template <class T>
  T* channel(int64_t y, int c) const {
    return static_cast<T*>(slot(y)) + c * stride_;
  }

  bool wide() const { return shape_.wide; }
  int channels() const { return shape_.channels; }

  // Puts zeros from pixel `from` to before `to` into all channels of line y.
  void zero(int64_t y, ptrdiff_t from, ptrdiff_t to) const;

 private:
  void* slot(int64_t y) const;

  LineBufferShape shape_;
  ptrdiff_t stride_;
  Memory memory_;
};

}  // namespace srq
