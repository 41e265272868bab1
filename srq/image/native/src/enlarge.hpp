// Bicubic colour with a network's detail on it: srq/upscaling/detail.py says what it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels.hpp"

namespace srq::image {

// The taps of a sample of phase r, at pixel p, are the pixels p + first[r] and on.
struct Phase {
  int first;
  std::vector<double> weights;
};

// A part of a picture to be made larger.
template <class T>
struct Enlargement {
  const T* pixels;  // the whole picture, of 1 or 3 channels, without gaps
  int64_t height, width;
  int channels;
  int64_t top, bottom, left, right;  // the part of it
  const uint8_t* made;               // its luma, made larger; the stride in bytes
  ptrdiff_t made_stride;
  T* out;  // what becomes of it; the stride in samples
  ptrdiff_t out_stride;
  int out_pixel;              // the same from pixel to pixel: the channels or, of three, also 4
  std::vector<Phase> phases;  // as many as the scale
  Luma luma;
  double span, gain, rounding;
};

// On up to `threads` threads.
void enlarge(const Enlargement<uint8_t>& part, int threads);
void enlarge(const Enlargement<uint16_t>& part, int threads);

}  // namespace srq::image
