// The Python module srq.image.native._pixels. Python checks shapes and types, so that its
// sentences can say more; what is checked here only keeps memory safe.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <stdexcept>
#include <tuple>

#include "bindings_planes.hpp"
#include "enlarge.hpp"
#include "png.hpp"
#include "pool.hpp"

namespace nb = nanobind;

namespace srq::image {
namespace {

template <class T>
using Whole = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;
template <class T>
using Target = nb::ndarray<T, nb::device::cpu>;

void check(bool sound, const char* what) {
  if (!sound) throw std::invalid_argument(what);
}

// Weights, denominator, black.
using LumaNumbers = std::tuple<std::vector<double>, double, double>;

Luma luma_of(const LumaNumbers& numbers) {
  const auto& [weights, denominator, black] = numbers;
  check(weights.size() == 3 && denominator >= 1, "luma has three weights and a denominator");
  return {
      {weights[0], weights[1], weights[2]}, double(int64_t(denominator) / 2), denominator, black};
}

template <class T>
int channels_of(const Whole<T>& pixels) {
  check(pixels.ndim() == 2 || (pixels.ndim() == 3 && pixels.shape(2) == 3), "pixels are L or RGB");
  return pixels.ndim() == 2 ? 1 : 3;
}

template <class T>
void luma(const Whole<T>& pixels, const nb::ndarray<T, nb::c_contig, nb::device::cpu>& out,
          const LumaNumbers& numbers, int threads) {
  const int channels = channels_of(pixels);
  const int64_t height = int64_t(pixels.shape(0)), width = int64_t(pixels.shape(1));
  check(out.ndim() == 2 && int64_t(out.shape(0)) == height && int64_t(out.shape(1)) == width,
        "luma has the size of the pixels");
  const Luma made = luma_of(numbers);
  const T* source = pixels.data();
  T* target = out.data();
  nb::gil_scoped_release released;
  const int64_t bands = threads < 1 ? 1 : threads;
  run_parallel(int(bands), threads, [&](int band) {
    const int64_t begin = height * band / bands * width, end = height * (band + 1) / bands * width;
    if constexpr (sizeof(T) == 1) {
      kernels().luma8(source + begin * channels, end - begin, channels, made, target + begin);
    } else {
      kernels().luma16(source + begin * channels, end - begin, channels, made, target + begin);
    }
  });
}

template <class T>
void enlarge_part(const Whole<T>& pixels,
                  const std::tuple<int64_t, int64_t, int64_t, int64_t>& part,
                  const nb::ndarray<const uint8_t, nb::ndim<2>, nb::device::cpu>& made,
                  const Target<T>& out, const std::vector<int>& first,
                  const std::vector<std::vector<double>>& weights, const LumaNumbers& numbers,
                  double span, double gain, double rounding, int threads) {
  const auto& [top, bottom, left, right] = part;
  const int channels = channels_of(pixels);
  const int64_t height = int64_t(pixels.shape(0)), width = int64_t(pixels.shape(1));
  check(0 <= top && top < bottom && bottom <= height && 0 <= left && left < right && right <= width,
        "the part lies in the picture");
  check(!weights.empty() && first.size() == weights.size(), "each phase has a first tap");
  std::vector<Phase> phases;
  for (size_t r = 0; r < weights.size(); ++r) {
    const int count = int(weights[r].size());
    check(1 <= count && first[r] >= -2 && first[r] + count - 1 <= 2, "taps reach two pixels");
    phases.push_back({first[r], weights[r]});
  }
  const size_t scale = phases.size();
  const size_t rows = size_t(bottom - top) * scale, columns = size_t(right - left) * scale;
  check(made.shape(0) == rows && made.shape(1) == columns && made.stride(1) == 1,
        "the luma has the size of the part, larger, its rows without gaps");
  const int64_t pixel = out.ndim() < 2 ? 0 : int64_t(out.stride(1));
  check(out.ndim() == pixels.ndim() && out.shape(0) == rows && out.shape(1) == columns &&
            (pixel == channels || (channels == 3 && pixel == 4)) &&
            (channels == 1 || out.stride(2) == 1),
        "the result has the size of the part, larger, its pixels side by side or RGB in fours");
  check(channels == 1 || out.shape(2) == 3, "the result has the channels of the pixels");
  const Enlargement<T> given{
      pixels.data(), height,        width,      channels,          top,
      bottom,        left,          right,      made.data(),       made.stride(0),
      out.data(),    out.stride(0), int(pixel), std::move(phases), luma_of(numbers),
      span,          gain,          rounding};
  nb::gil_scoped_release released;
  enlarge(given, threads);
}

void filter(const nb::ndarray<const uint8_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>& rows,
            const nb::ndarray<const uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>& above,
            int pixel,
            const nb::ndarray<uint8_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>& out) {
  const size_t bytes = rows.shape(1);
  check(above.shape(0) == bytes && out.shape(0) == rows.shape(0) && out.shape(1) == bytes + 1,
        "the rows have the same length, and the result a byte more");
  check(1 <= pixel && pixel <= 8, "a pixel has 1 to 8 bytes");
  nb::gil_scoped_release released;
  filter_png(rows.data(), above.data(), int64_t(rows.shape(0)), ptrdiff_t(bytes), pixel,
             out.data());
}

}  // namespace
}  // namespace srq::image

NB_MODULE(_pixels, module) {
  using namespace srq::image;
  module.attr("interface") = 6;  // INTERFACE of srq.image.native
  // Arrays are taken as they are: a converted one would be a copy, and its result lost.
  const auto array = [](const char* name) { return nb::arg(name).noconvert(); };
  const auto define_for = [&](auto luma_of_type, auto enlarge_of_type) {
    module.def("luma", luma_of_type, array("pixels"), array("out"), nb::arg("luma"),
               nb::arg("threads"));
    module.def("enlarge", enlarge_of_type, array("pixels"), nb::arg("part"), array("made"),
               array("out"), nb::arg("first"), nb::arg("weights"), nb::arg("luma"), nb::arg("span"),
               nb::arg("gain"), nb::arg("rounding"), nb::arg("threads"));
  };
  define_for(&luma<uint8_t>, &enlarge_part<uint8_t>);
  define_for(&luma<uint16_t>, &enlarge_part<uint16_t>);
  module.def("filter_png", &filter, array("rows"), array("above"), nb::arg("pixel"), array("out"));
  define_planes(module);
}
