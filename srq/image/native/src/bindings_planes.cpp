#include "bindings_planes.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/tuple.h>

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "lanczos.hpp"
#include "planes.hpp"

namespace nb = nanobind;

namespace srq::image {
namespace {

template <class T, int Rank>
using Array = nb::ndarray<T, nb::ndim<Rank>, nb::c_contig, nb::device::cpu>;
using Given = Array<const float, 3>;
// first, count, weights
using GivenTaps =
    std::tuple<Array<const int32_t, 1>, Array<const int32_t, 1>, Array<const float, 2>>;

void check(bool sound, const char* what) {
  if (!sound) throw std::invalid_argument(what);
}

Taps taps_of(const GivenTaps& given, size_t length, size_t source) {
  const auto& [first, count, weights] = given;
  check(first.shape(0) == length && count.shape(0) == length && weights.shape(0) == length,
        "each output sample has taps");
  for (size_t x = 0; x < length; ++x) {
    const int64_t from = first.data()[x], taps = count.data()[x];
    check(0 <= from && 1 <= taps && from + taps <= int64_t(source) &&
              taps <= int64_t(weights.shape(1)),
          "taps lie in the plane");
  }
  return {first.data(), count.data(), weights.data(), ptrdiff_t(weights.shape(1)),
          ptrdiff_t(length)};
}

int channels_of(const Given& plane) {
  check(plane.shape(2) == 1 || plane.shape(2) == 3, "a plane has 1 or 3 channels");
  return int(plane.shape(2));
}

void resample(const Given& plane, const GivenTaps& vertical, const GivenTaps& horizontal,
              const Array<float, 3>& out) {
  const int channels = channels_of(plane);
  check(out.shape(2) == plane.shape(2), "the result has the channels of the plane");
  const Taps down = taps_of(vertical, out.shape(0), plane.shape(0));
  const Taps across = taps_of(horizontal, out.shape(1), plane.shape(1));
  const ptrdiff_t height = ptrdiff_t(plane.shape(0));
  const ptrdiff_t samples = ptrdiff_t(plane.shape(1)) * channels, made = across.length * channels;
  nb::gil_scoped_release released;
  const PlaneKernels& kernels = plane_kernels();
  // Rows apart, for each is written beyond its end; and one that takes what is no row.
  const ptrdiff_t apart = made + kSlack;
  std::vector<float> narrow(size_t((height + 1) * apart)), last(size_t(samples) + kSlack);
  const float* end = plane.data() + (height - 1) * samples;
  std::copy(end, end + samples, last.data());  // nothing follows it
  for (ptrdiff_t y = 0; y < height; y += kRows) {
    const float* read[kRows];
    float* written[kRows];
    for (ptrdiff_t r = 0; r < kRows; ++r) {
      read[r] = y + r + 1 < height ? plane.data() + (y + r) * samples : last.data();
      written[r] = narrow.data() + std::min(y + r, height) * apart;
    }
    kernels.weigh_pixels(read, across, channels, written);
  }
  std::vector<const float*> rows(size_t(down.stride));
  for (ptrdiff_t y = 0; y < down.length; ++y) {
    const int count = down.count[y];
    for (int t = 0; t < count; ++t) rows[size_t(t)] = narrow.data() + (down.first[y] + t) * apart;
    kernels.weigh_rows(rows.data(), down.weights + y * down.stride, count, made,
                       out.data() + y * made);
  }
}

void lanczos_of(const Array<const uint8_t, 3>& codes, const Array<uint8_t, 3>& out) {
  const size_t channels = codes.shape(2);
  check((channels == 1 || channels == 3) && out.shape(2) == channels,
        "a picture has 1 or 3 channels, and the result as many");
  check(codes.size() && out.size(), "no picture is empty");
  const Size from = {ptrdiff_t(codes.shape(0)), ptrdiff_t(codes.shape(1))};
  const Size to = {ptrdiff_t(out.shape(0)), ptrdiff_t(out.shape(1))};
  nb::gil_scoped_release released;
  lanczos(codes.data(), from, int(channels), to, out.data());
}

void convolve(const Given& padded, const Array<const float, 2>& kernel,
              const Array<float, 3>& out) {
  const int channels = channels_of(padded);
  const size_t high = kernel.shape(0), wide = kernel.shape(1);
  check(high >= 1 && wide >= 1 && out.shape(2) == padded.shape(2) &&
            out.shape(0) + high == padded.shape(0) + 1 &&
            out.shape(1) + wide == padded.shape(1) + 1,
        "the kernel fits the padded plane at every output pixel");
  const ptrdiff_t samples = ptrdiff_t(padded.shape(1)) * channels;
  const ptrdiff_t made = ptrdiff_t(out.shape(1)) * channels;
  nb::gil_scoped_release released;
  const PlaneKernels& kernels = plane_kernels();
  std::vector<const float*> rows(high);
  for (size_t y = 0; y < out.shape(0); ++y) {
    for (size_t t = 0; t < high; ++t) rows[t] = padded.data() + ptrdiff_t(y + t) * samples;
    kernels.convolve_row(rows.data(), kernel.data(), int(high), int(wide), channels, made,
                         out.data() + ptrdiff_t(y) * made);
  }
}

void look_up(const Array<const uint8_t, 1>& codes, const Array<const float, 1>& table,
             const Array<float, 1>& out) {
  check(table.shape(0) == 256 && out.shape(0) == codes.shape(0), "each code has a value");
  const size_t count = codes.shape(0);
  const uint8_t* code = codes.data();
  const float* value = table.data();
  float* made = out.data();
  nb::gil_scoped_release released;
  for (size_t i = 0; i < count; ++i) made[i] = value[code[i]];
}

void powers(const Array<const float, 1>& values, float exponent, const Array<float, 1>& out) {
  check(out.shape(0) == values.shape(0), "each value has a power");
  nb::gil_scoped_release released;
  plane_kernels().powers(values.data(), ptrdiff_t(values.shape(0)), exponent, out.data());
}

void powers_of_codes(const Array<const double, 1>& codes, float exponent,
                     const Array<float, 1>& out) {
  check(out.shape(0) == codes.shape(0), "each code has a power");
  nb::gil_scoped_release released;
  plane_kernels().powers_of_codes(codes.data(), ptrdiff_t(codes.shape(0)), exponent, out.data());
}

void truncated_powers(const Array<const float, 1>& values, float exponent,
                      const Array<uint8_t, 1>& out) {
  check(out.shape(0) == values.shape(0), "each value has a code");
  nb::gil_scoped_release released;
  plane_kernels().truncated_powers(values.data(), ptrdiff_t(values.shape(0)), exponent, out.data());
}

void truncated_sums(const Array<const uint8_t, 1>& codes, const Array<const uint16_t, 1>& draws,
                    const Array<const float, 1>& table, float scale, const Array<uint8_t, 1>& out) {
  check(draws.shape(0) == codes.shape(0) && out.shape(0) == codes.shape(0),
        "each code has a draw and a sum");
  check(table.shape(0) == 65536, "each draw has a value");
  nb::gil_scoped_release released;
  plane_kernels().truncated_sums(codes.data(), draws.data(), table.data(), scale,
                                 ptrdiff_t(codes.shape(0)), out.data());
}

}  // namespace

void define_planes(nb::module_& module) {
  // Arrays are taken as they are: a converted one would be a copy, and its result lost.
  const auto array = [](const char* name) { return nb::arg(name).noconvert(); };
  module.def("resample", &resample, array("plane"), nb::arg("vertical"), nb::arg("horizontal"),
             array("out"));
  module.def("lanczos", &lanczos_of, array("codes"), array("out"));
  module.def("convolve", &convolve, array("padded"), array("kernel"), array("out"));
  module.def("look_up", &look_up, array("codes"), array("table"), array("out"));
  module.def("powers", &powers, array("values"), nb::arg("exponent"), array("out"));
  module.def("powers_of_codes", &powers_of_codes, array("codes"), nb::arg("exponent"),
             array("out"));
  module.def("truncated_powers", &truncated_powers, array("values"), nb::arg("exponent"),
             array("out"));
  module.def("truncated_sums", &truncated_sums, array("codes"), array("draws"), array("table"),
             nb::arg("scale"), array("out"));
}

}  // namespace srq::image
