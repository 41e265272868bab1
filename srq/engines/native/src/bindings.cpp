// The Python module srq.engines.native._native.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <tuple>

#include "run/engine.hpp"

namespace nb = nanobind;

namespace {

using Plane = nb::ndarray<nb::ro, nb::ndim<2>, nb::device::cpu>;
using OutPlane = nb::ndarray<nb::ndim<2>, nb::device::cpu>;
using EncodedProgram = nb::ndarray<const int32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

std::vector<std::string> isas() {
  std::vector<std::string> names;
  for (const srq::Isa& isa : srq::supported_isas()) names.emplace_back(isa.name);
  return names;
}

srq::Isa isa_named(const std::string& name) {
  for (const srq::Isa& isa : srq::supported_isas()) {
    if (name == isa.name) return isa;
  }
  throw std::invalid_argument("no such instruction set here: " + name);
}

// Python checks types and shapes, so that its sentences can say more; this only keeps memory safe.
template <class Array>
bool is_uint8(const Array& plane) {
  const bool is_uint8 = plane.dtype() == nb::dtype<uint8_t>();
  if (!is_uint8 && plane.dtype() != nb::dtype<uint16_t>()) {
    throw std::invalid_argument("a plane must be of uint8 or uint16");
  }
  if (plane.stride(1) != 1) throw std::invalid_argument("the pixels of a row must be neighbours");
  return is_uint8;
}

void run(const srq::Engine& engine, const Plane& picture, const OutPlane& out, int threads) {
  const srq::InputPlane source{picture.data(), picture.stride(0) * ptrdiff_t(picture.itemsize()),
                               is_uint8(picture), int64_t(picture.shape(0)),
                               int64_t(picture.shape(1))};
  const srq::OutputPlane target{out.data(), out.stride(0) * ptrdiff_t(out.itemsize()),
                                is_uint8(out)};
  const size_t scale = engine.scale();
  if (out.shape(0) != picture.shape(0) * scale || out.shape(1) != picture.shape(1) * scale) {
    throw std::invalid_argument("the result has another size");
  }
  nb::gil_scoped_release released;
  engine.run(source, target, threads);
}

// int16 multiply-adds a second on one thread.
double peak(const std::string& isa, double seconds) {
  using Clock = std::chrono::steady_clock;
  const srq::Kernels& kernels = *isa_named(isa).kernels;
  nb::gil_scoped_release released;
  const auto began = Clock::now();
  int64_t made = 0;
  double passed = 0;
  do {
    made += kernels.peak_multiply_adds(100000);
    passed = std::chrono::duration<double>(Clock::now() - began).count();
  } while (passed < seconds);
  return double(made) / passed;
}

// See _native.pyi.
using ReadLines = std::tuple<int, int, int>;
using StageLines = std::tuple<int, int, int, int, int, std::vector<ReadLines>>;

std::vector<StageLines> stages(const srq::Engine& engine) {
  std::vector<StageLines> lines;
  for (size_t i = 0; i < engine.stages().size(); ++i) {
    const srq::Stage& stage = *engine.stages()[i];
    const srq::Beyond& beyond = engine.schedule().beyond[i];
    std::vector<ReadLines> reads;
    for (const srq::Read& read : stage.reads) reads.emplace_back(read.value, read.top, read.bottom);
    lines.emplace_back(stage.value, stage.scale, stage.lag, beyond.above, beyond.below, reads);
  }
  return lines;
}

std::vector<int> lines_kept(const srq::Engine& engine) {
  std::vector<int> lines;
  for (const srq::LineBufferShape& buffer : engine.schedule().buffers) {
    lines.push_back(buffer.channels > 0 ? buffer.lines : 0);
  }
  return lines;
}

}  // namespace

NB_MODULE(_native, module) {
  module.attr("encoding") = srq::kEncoding;
  module.def("isas", &isas);
  module.def("peak", &peak, nb::arg("isa"), nb::arg("seconds"));
  nb::class_<srq::Engine>(module, "Engine")
      .def(
          "__init__",
          [](srq::Engine* self, const EncodedProgram& words, const std::string& isa) {
            new (self) srq::Engine(srq::parse(words.data(), words.size()), isa_named(isa));
          },
          nb::arg("words"), nb::arg("isa"))
      .def("stages", &stages)
      .def("lines_kept", &lines_kept)
      .def("run", &run, nb::arg("picture"), nb::arg("out"), nb::arg("threads"));
}
