// Every op by definition, over int32: what no faster stage takes.
#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "stages/stage.hpp"

namespace srq {
namespace {

// The first `count` integers of a line of value v, as int32.
void load_line(const Workspace& workspace, int v, int64_t y, int channel, ptrdiff_t count,
               int32_t* to) {
  if (workspace.buffer(v).wide()) {
    std::memcpy(to, workspace.line<int32_t>(v, y).channel(channel), count * sizeof(int32_t));
  } else {
    const int16_t* from = workspace.line<int16_t>(v, y).channel(channel);
    for (ptrdiff_t i = 0; i < count; ++i) to[i] = from[i];
  }
}

// Puts integers that fit value v into its line.
void store_line(const Workspace& workspace, int v, int64_t y, int channel, ptrdiff_t count,
                const int32_t* from) {
  const LineBuffer& buffer = workspace.buffer(v);
  if (buffer.wide()) {
    std::memcpy(buffer.channel<int32_t>(y, channel), from, count * sizeof(int32_t));
  } else {
    int16_t* to = buffer.channel<int16_t>(y, channel);
    for (ptrdiff_t i = 0; i < count; ++i) to[i] = int16_t(from[i]);
  }
}

// Writes the region's own pixels of a line of the larger picture, of which `source` has all.
template <class T>
void write_picture(const Workspace& workspace, int scale, int64_t y, const T* source) {
  const Region& region = workspace.region;
  const ptrdiff_t offset = region.halo_left * scale;
  const ptrdiff_t from = region.left * scale, to = region.right * scale;
  char* row = static_cast<char*>(workspace.output.data) + y * workspace.output.stride;
  if (workspace.output.is_uint8) {
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
      : Stage(index, program.ops[index].scale, program.ops[index].lag, std::move(reads)),
        op_(program.ops[index]),
        kernels_(kernels) {}

 protected:
  int32_t* sums(Workspace& workspace) const {
    return reinterpret_cast<int32_t*>(workspace.scratch());
  }

  // The exact sums of a channel, requantized and put into its line.
  void finish(Workspace& workspace, int64_t y, int channel, ptrdiff_t count, int32_t* sums) const {
    kernels_.requantize(sums, op_.shifts[channel], op_.format.lo, op_.format.hi, count);
    store_line(workspace, value, y, channel, count, sums);
  }

  const Op op_;
  const Kernels& kernels_;
};

class InputStage : public OpStage {
 public:
  InputStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels, {}) {}

  void run(Workspace& workspace, StageState*, int64_t y, ptrdiff_t width) const override {
    const InputPlane& picture = workspace.input;
    const char* row = static_cast<const char*>(picture.data) + y * picture.stride;
    const ptrdiff_t from = workspace.region.halo_left;
    if (picture.is_uint8) {
      copy(workspace, reinterpret_cast<const uint8_t*>(row) + from, y, width);
    } else {
      copy(workspace, reinterpret_cast<const uint16_t*>(row) + from, y, width);
    }
  }

 private:
  template <class T>
  void copy(Workspace& workspace, const T* from, int64_t y, ptrdiff_t width) const {
    const LineBuffer& buffer = workspace.buffer(value);
    if (buffer.wide()) {
      std::copy(from, from + width, buffer.channel<int32_t>(y, 0));
    } else {
      int16_t* to = buffer.channel<int16_t>(y, 0);
      for (ptrdiff_t i = 0; i < width; ++i) to[i] = int16_t(from[i]);
    }
  }
};

class ConvStage : public OpStage {
 public:
  ConvStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels, {read_of(program.ops[index])}) {}

  void run(Workspace& workspace, StageState*, int64_t y, ptrdiff_t width) const override {
    if (workspace.buffer(reads[0].value).wide()) {
      convolve<int32_t>(workspace, y, width, kernels_.multiply_add32);
    } else {
      convolve<int16_t>(workspace, y, width, kernels_.multiply_add16);
    }
  }

 private:
  static Read read_of(const Op& op) {
    const Convolution& conv = op.conv;
    return {op.sources[0], conv.top, conv.bottom};
  }

  template <class T, class MultiplyAdd>
  void convolve(Workspace& workspace, int64_t y, ptrdiff_t width, MultiplyAdd multiply_add) const {
    const Convolution& conv = op_.conv;
    const int outs_per_group = op_.channels / conv.groups;
    const int16_t* weight = conv.weight.data();
    for (int out = 0; out < op_.channels; ++out) {
      std::fill(sums(workspace), sums(workspace) + width, conv.bias[out]);
      const int first = out / outs_per_group * conv.ins;
      for (int i = 0; i < conv.ins; ++i) {
        for (int dy = 0; dy < conv.rows; ++dy) {
          const Line<T> line = workspace.line<T>(reads[0].value, y + dy - conv.top);
          const T* source = line.channel(first + i) - conv.left;
          for (int dx = 0; dx < conv.columns; ++dx, ++weight) {
            if (*weight) multiply_add(sums(workspace), source + dx, *weight, width);
          }
        }
      }
      finish(workspace, y, out, width, sums(workspace));
    }
  }
};

class AddStage : public OpStage {
 public:
  AddStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels,
                {{program.ops[index].sources[0]}, {program.ops[index].sources[1]}}) {}

  void run(Workspace& workspace, StageState*, int64_t y, ptrdiff_t width) const override {
    int32_t* a = sums(workspace);
    int32_t* b = a + width;
    for (int c = 0; c < op_.channels; ++c) {
      load_line(workspace, reads[0].value, y, c, width, a);
      load_line(workspace, reads[1].value, y, c, width, b);
      for (ptrdiff_t i = 0; i < width; ++i) {
        a[i] = int32_t((uint32_t(a[i]) << op_.align[0]) + (uint32_t(b[i]) << op_.align[1]));
      }
      finish(workspace, y, c, width, a);
    }
  }
};

class RequantizeStage : public OpStage {
 public:
  RequantizeStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels, {{program.ops[index].sources[0]}}) {}

  void run(Workspace& workspace, StageState*, int64_t y, ptrdiff_t width) const override {
    for (int c = 0; c < op_.channels; ++c) {
      load_line(workspace, reads[0].value, y, c, width, sums(workspace));
      finish(workspace, y, c, width, sums(workspace));
    }
  }
};

// Pixel (y, x) of channel c, from pixel (y / factor, x / factor) of one of the source's channels.
class RescaleStage : public OpStage {
 public:
  RescaleStage(const Program& program, int index, const Kernels& kernels)
      : OpStage(program, index, kernels, {{program.ops[index].sources[0]}}) {}

  void run(Workspace& workspace, StageState*, int64_t y, ptrdiff_t width) const override {
    if (workspace.buffer(value).wide()) {
      rescale<int32_t>(workspace, y, width);
    } else {
      rescale<int16_t>(workspace, y, width);
    }
  }

 private:
  template <class T>
  void rescale(Workspace& workspace, int64_t y, ptrdiff_t width) const {
    const int factor = op_.factor;
    const bool shuffles = op_.kind == Kind::pixel_shuffle;
    const Line<T> source = workspace.line<T>(reads[0].value, y / factor);
    for (int c = 0; c < op_.channels; ++c) {
      T* to = workspace.buffer(value).channel<T>(y, c);
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

  void run(Workspace& workspace, StageState*, int64_t y, ptrdiff_t) const override {
    const int source = reads[0].value;
    if (workspace.buffer(source).wide()) {
      write_picture(workspace, scale, y, workspace.line<int32_t>(source, y).data);
    } else {
      write_picture(workspace, scale, y, workspace.line<int16_t>(source, y).data);
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
