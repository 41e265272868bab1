// Every op by definition, over int32: what no faster stage takes.
#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "stages/stage.hpp"

namespace srq {
namespace {

// The first `count` integers of a line of value v, as int32.
void widen(const Canvas& canvas, int v, int64_t y, int channel, ptrdiff_t count, int32_t* to) {
  if (canvas.window(v).wide()) {
    std::memcpy(to, canvas.line<int32_t>(v, y).channel(channel), count * sizeof(int32_t));
  } else {
    const int16_t* from = canvas.line<int16_t>(v, y).channel(channel);
    for (ptrdiff_t i = 0; i < count; ++i) to[i] = from[i];
  }
}

// Integers that fit value v, put into its line.
void put(const Canvas& canvas, int v, int64_t y, int channel, ptrdiff_t count,
         const int32_t* from) {
  const Window& window = canvas.window(v);
  if (window.wide()) {
    std::memcpy(window.channel<int32_t>(y, channel), from, count * sizeof(int32_t));
  } else {
    int16_t* to = window.channel<int16_t>(y, channel);
    for (ptrdiff_t i = 0; i < count; ++i) to[i] = int16_t(from[i]);
  }
}

// Writes the part's own pixels of a line of the enlargement, of which `source` has all.
template <class T>
void write_picture(const Canvas& canvas, int scale, int64_t y, const T* source) {
  const Part& part = canvas.part;
  const ptrdiff_t offset = part.outer_left * scale;
  const ptrdiff_t from = part.left * scale, to = part.right * scale;
  char* row = static_cast<char*>(canvas.enlargement.data) + y * canvas.enlargement.stride;
  if (canvas.enlargement.bytes) {
    uint8_t* pixels = reinterpret_cast<uint8_t*>(row);
    for (ptrdiff_t x = from; x < to; ++x) pixels[x] = uint8_t(source[x - offset]);
  } else {
    uint16_t* pixels = reinterpret_cast<uint16_t*>(row);
    for (ptrdiff_t x = from; x < to; ++x) pixels[x] = uint16_t(source[x - offset]);
  }
}

class OpStage : public Stage {
 public:
  OpStage(const Program& program, int index, const Kernels& kernels, std::vector<Read> reads)
      : Stage(index, program.ops[index].scale, std::move(reads)),
        op_(program.ops[index]),
        kernels_(kernels) {}

 protected:
  int32_t* sums(Canvas& canvas) const { return reinterpret_cast<int32_t*>(canvas.scratch()); }

  // The exact sums of a channel, requantized and put into its line.
  void finish(Canvas& canvas, int64_t y, int channel, ptrdiff_t count, int32_t* sums) const {
    kernels_.requantize(sums, op_.shifts[channel], op_.format.lo, op_.format.hi, count);
    put(canvas, value, y, channel, count, sums);
  }

  const Op op_;
  const Kernels& kernels_;
};

class InputStage : public OpStage {
 public:
  InputStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels, {}) {}

  void run(Canvas& canvas, StageState*, int64_t y, ptrdiff_t width) const override {
    const Picture& picture = canvas.picture;
    const char* row = static_cast<const char*>(picture.data) + y * picture.stride;
    const ptrdiff_t from = canvas.part.outer_left;
    if (picture.bytes) {
      copy(canvas, reinterpret_cast<const uint8_t*>(row) + from, y, width);
    } else {
      copy(canvas, reinterpret_cast<const uint16_t*>(row) + from, y, width);
    }
  }

 private:
  template <class T>
  void copy(Canvas& canvas, const T* from, int64_t y, ptrdiff_t width) const {
    const Window& window = canvas.window(value);
    if (window.wide()) {
      std::copy(from, from + width, window.channel<int32_t>(y, 0));
    } else {
      int16_t* to = window.channel<int16_t>(y, 0);
      for (ptrdiff_t i = 0; i < width; ++i) to[i] = int16_t(from[i]);
    }
  }
};

class ConvStage : public OpStage {
 public:
  ConvStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels, {read_of(program.ops[index])}) {}

  void run(Canvas& canvas, StageState*, int64_t y, ptrdiff_t width) const override {
    if (canvas.window(reads[0].value).wide()) {
      convolve<int32_t>(canvas, y, width, kernels_.multiply_add32);
    } else {
      convolve<int16_t>(canvas, y, width, kernels_.multiply_add16);
    }
  }

 private:
  static Read read_of(const Op& op) {
    const Kernel& kernel = op.kernel;
    return {op.sources[0], kernel.top, kernel.bottom, kernel.left, kernel.right};
  }

  template <class T, class MultiplyAdd>
  void convolve(Canvas& canvas, int64_t y, ptrdiff_t width, MultiplyAdd multiply_add) const {
    const Kernel& kernel = op_.kernel;
    const int outs_per_group = op_.channels / kernel.groups;
    const int16_t* weight = kernel.weight.data();
    for (int out = 0; out < op_.channels; ++out) {
      std::fill(sums(canvas), sums(canvas) + width, kernel.bias[out]);
      const int first = out / outs_per_group * kernel.ins;
      for (int i = 0; i < kernel.ins; ++i) {
        for (int dy = 0; dy < kernel.rows; ++dy) {
          const Line<T> line = canvas.line<T>(reads[0].value, y + dy - kernel.top);
          const T* source = line.channel(first + i) - kernel.left;
          for (int dx = 0; dx < kernel.columns; ++dx, ++weight) {
            if (*weight) multiply_add(sums(canvas), source + dx, *weight, width);
          }
        }
      }
      finish(canvas, y, out, width, sums(canvas));
    }
  }
};

class AddStage : public OpStage {
 public:
  AddStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels,
                {{program.ops[index].sources[0]}, {program.ops[index].sources[1]}}) {}

  void run(Canvas& canvas, StageState*, int64_t y, ptrdiff_t width) const override {
    int32_t* a = sums(canvas);
    int32_t* b = a + width;
    for (int c = 0; c < op_.channels; ++c) {
      widen(canvas, reads[0].value, y, c, width, a);
      widen(canvas, reads[1].value, y, c, width, b);
      for (ptrdiff_t i = 0; i < width; ++i) {
        a[i] = int32_t((uint32_t(a[i]) << op_.align[0]) + (uint32_t(b[i]) << op_.align[1]));
      }
      finish(canvas, y, c, width, a);
    }
  }
};

class RequantizeStage : public OpStage {
 public:
  RequantizeStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels, {{program.ops[index].sources[0]}}) {}

  void run(Canvas& canvas, StageState*, int64_t y, ptrdiff_t width) const override {
    for (int c = 0; c < op_.channels; ++c) {
      widen(canvas, reads[0].value, y, c, width, sums(canvas));
      finish(canvas, y, c, width, sums(canvas));
    }
  }
};

// Pixel (y, x) of channel c, from pixel (y / factor, x / factor) of one of the source's channels.
class RescaleStage : public OpStage {
 public:
  RescaleStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels, {{program.ops[index].sources[0]}}) {}

  void run(Canvas& canvas, StageState*, int64_t y, ptrdiff_t width) const override {
    if (canvas.window(value).wide()) {
      rescale<int32_t>(canvas, y, width);
    } else {
      rescale<int16_t>(canvas, y, width);
    }
  }

 private:
  template <class T>
  void rescale(Canvas& canvas, int64_t y, ptrdiff_t width) const {
    const int factor = op_.factor;
    const bool shuffles = op_.kind == Kind::pixel_shuffle;
    const Line<T> source = canvas.line<T>(reads[0].value, y / factor);
    for (int c = 0; c < op_.channels; ++c) {
      T* to = canvas.window(value).channel<T>(y, c);
      const int first = shuffles ? (c * factor + int(y % factor)) * factor : c;
      for (ptrdiff_t x = 0; x < width; ++x) {
        to[x] = source.channel(shuffles ? first + int(x % factor) : first)[x / factor];
      }
    }
  }
};

class OutputStage : public OpStage {
 public:
  OutputStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels, {{program.ops[index].sources[0]}}) {}

  void run(Canvas& canvas, StageState*, int64_t y, ptrdiff_t) const override {
    const int source = reads[0].value;
    if (canvas.window(source).wide()) {
      write_picture(canvas, scale, y, canvas.line<int32_t>(source, y).data);
    } else {
      write_picture(canvas, scale, y, canvas.line<int16_t>(source, y).data);
    }
  }
};

}  // namespace

std::unique_ptr<Stage> generic_stage(const Program& program, int op, const Kernels& kernels) {
  switch (program.ops[op].kind) {
    case Kind::input:
      return std::make_unique<InputStage>(program, op, kernels);
    case Kind::conv:
      return std::make_unique<ConvStage>(program, op, kernels);
    case Kind::add:
      return std::make_unique<AddStage>(program, op, kernels);
    case Kind::requantize:
      return std::make_unique<RequantizeStage>(program, op, kernels);
    case Kind::pixel_shuffle:
    case Kind::nearest_upsample:
      return std::make_unique<RescaleStage>(program, op, kernels);
    case Kind::output:
      return std::make_unique<OutputStage>(program, op, kernels);
    case Kind::count:
      break;
  }
  throw std::invalid_argument("the program has an op of no kind");
}

}  // namespace srq
