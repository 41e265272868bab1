#include "stages/line_buffer.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#include "kernels/kernels.hpp"

namespace srq {

void FreeAligned::operator()(void* memory) const { std::free(memory); }

Memory zeroed(size_t bytes) {
  const size_t whole = (bytes + 63) / 64 * 64;
  void* memory = std::aligned_alloc(64, whole);
  if (!memory) throw std::bad_alloc();
  std::memset(memory, 0, whole);
  return Memory(memory);
}

ptrdiff_t LineBufferShape::stride(ptrdiff_t width) const {
  // The margin to the left, a tile that begins at the last pixel, and what it reads to its right.
  const ptrdiff_t elements = (kMargin + width + 3 * kMargin + 63) / 64 * 64;
  const ptrdiff_t size = wide ? 4 : 2;
  // Channels an odd number of cache lines apart, or neighbours would fight for the same sets.
  const ptrdiff_t cache_lines = elements * size / 64;
  return (cache_lines | 1) * 64 / size;
}

size_t LineBufferShape::bytes(ptrdiff_t width) const {
  return size_t(stride(width)) * channels * lines * (wide ? 4 : 2);
}

LineBuffer::LineBuffer(const LineBufferShape& shape, ptrdiff_t width)
    : shape_(shape), stride_(shape.stride(width)), memory_(zeroed(shape.bytes(width))) {}

void* LineBuffer::slot(int64_t y) const {
  // A division of 32 bits: there is one for every line that a stage reads.
  const uint32_t index = uint32_t(y) % uint32_t(shape_.lines);
  const ptrdiff_t element = ptrdiff_t(index) * shape_.channels * stride_ + kMargin;
  return static_cast<char*>(memory_.get()) + element * (shape_.wide ? 4 : 2);
}

void LineBuffer::zero(int64_t y, ptrdiff_t from, ptrdiff_t to) const {
  if (to <= from) return;
  const size_t size = shape_.wide ? 4 : 2;
  char* at = static_cast<char*>(slot(y)) + from * size;
  for (int c = 0; c < shape_.channels; ++c, at += stride_ * size) {
    std::memset(at, 0, (to - from) * size);
  }
}

}  // namespace srq
