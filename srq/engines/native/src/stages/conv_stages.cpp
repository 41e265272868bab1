#include "stages/conv_stages.hpp"

#include <algorithm>

#include "plan/layer.hpp"
#include "stages/winograd_stage.hpp"

namespace srq {
namespace {

// What a convolution reads around its pixel.
Read read_of(const Op& op) {
  const Convolution& conv = op.conv;
  return {op.sources[0], conv.top, conv.bottom};
}

}  // namespace

Target target_of(const Workspace& workspace, int value, int64_t y, int channel) {
  const LineBuffer& buffer = workspace.buffer(value);
  if (buffer.wide()) {
    return {buffer.channel<int32_t>(y, channel), buffer.line<int32_t>(y).stride, true};
  }
  return {buffer.channel<int16_t>(y, channel), buffer.line<int16_t>(y).stride, false};
}

std::vector<Read> reads_of(const Program& program, const Fusion& fusion) {
  const int first = fusion.depthwise >= 0 ? fusion.depthwise : fusion.conv;
  std::vector<Read> reads = {read_of(program.ops[first])};
  if (fusion.residual >= 0) reads.push_back({fusion.residual});
  return reads;
}

std::vector<int> shifts_of(const Program& program, const Fusion& fusion) {
  const Op& op = program.ops[fusion.conv];
  std::vector<int> shifts(op.channels, 0);
  if (fusion.finish < 0) return shifts;
  for (int out = 0; out < op.channels; ++out) shifts[out] = fusion.sum_shift - op.shifts[out];
  return shifts;
}

namespace {

// A depthwise layer at a line of its source.
struct DepthwiseLine {
  Depthwise layer{};
  std::vector<Line<int16_t>> lines;  // that its kernel reads
};

// A convolution of single channels.
class DepthwiseConv {
 public:
  explicit DepthwiseConv(const Op& op)
      : op_(op), layer_(op), rounding_(op.conv.bias, op.shifts, op.format) {}

  // All of the layer but where its result goes.
  void begin(const Workspace& workspace, int64_t y, DepthwiseLine& line) const {
    line.lines.resize(op_.conv.rows);
    for (int row = 0; row < op_.conv.rows; ++row) {
      line.lines[row] = workspace.line<int16_t>(op_.sources[0], y + row - op_.conv.top);
    }
    line.layer.lines = line.lines.data();
    line.layer.weights = layer_.weights.data();
    line.layer.rows = op_.conv.rows;
    line.layer.columns = op_.conv.columns;
    line.layer.first_pair = layer_.first_pair;
    line.layer.pairs = layer_.pairs;
    line.layer.outs = op_.channels;
    line.layer.fits = layer_.fits.data();
    line.layer.multiplier = op_.channels / op_.conv.groups;
    line.layer.rounding = rounding_.from(0);
  }

 private:
  const Op op_;
  const DepthwiseLayer layer_;
  const RoundingTable rounding_;
};

class DepthwiseStage : public Stage {
 public:
  DepthwiseStage(const Program& program, int op, const Kernels& kernels)
      : Stage(op, program.ops[op].scale, program.ops[op].lag, {read_of(program.ops[op])}),
        kernels_(kernels),
        conv_(program.ops[op]) {}

  struct State : StageState {
    DepthwiseLine line;
  };

  std::unique_ptr<StageState> new_state() const override { return std::make_unique<State>(); }

  void run(Workspace& workspace, StageState* state, int64_t y, ptrdiff_t width) const override {
    DepthwiseLine& line = static_cast<State*>(state)->line;
    conv_.begin(workspace, y, line);
    line.layer.target = target_of(workspace, value, y, 0);
    for (ptrdiff_t x = 0; x < width; x += kernels_.tile) kernels_.depthwise(line.layer, x);
  }

 private:
  const Kernels& kernels_;
  const DepthwiseConv conv_;
};

// The layer's sums are rounded by the op that finishes them, or by itself.
RoundingTable rounding_of(const Program& program, const Fusion& fusion, const DenseLayer& layer) {
  const Op& op = program.ops[fusion.value()];
  return RoundingTable(layer.bias, op.shifts, op.format);
}

class DenseStage : public Stage {
 public:
  DenseStage(const Program& program, const Fusion& fusion, const Kernels& kernels)
      : Stage(fusion.writes ? -1 : fusion.value(), program.ops[fusion.conv].scale,
              program.ops[fusion.value()].lag / fusion.factor, reads_of(program, fusion)),
        fusion_(fusion),
        kernels_(kernels),
        op_(program.ops[fusion.conv]),
        layer_(op_, program.ops[op_.sources[0]], shifts_of(program, fusion), kernels),
        rounding_(rounding_of(program, fusion, layer_)) {
    if (fusion.depthwise >= 0) {
      depthwise_ = std::make_unique<DepthwiseConv>(
          with_offset(program.ops[fusion.depthwise], layer_.offset));
    }
  }

  // Scratch memory holds the tuples of inputs and, for a picture, a tile of its channels.
  size_t scratch_bytes(ptrdiff_t) const override {
    return picture_offset() + size_t(layer_.outs) * kernels_.tile * sizeof(int16_t);
  }

  // A line of each group.
  struct Group {
    Dense dense{};
    DepthwiseLine depthwise;
    std::vector<const int16_t*> taps;
  };

  struct State : StageState {
    std::vector<Group> groups;
  };

  std::unique_ptr<StageState> new_state() const override {
    auto state = std::make_unique<State>();
    state->groups.resize(op_.conv.groups);
    return state;
  }

  void run(Workspace& workspace, StageState* state, int64_t y, ptrdiff_t width) const override {
    std::vector<Group>& groups = static_cast<State*>(state)->groups;
    for (size_t g = 0; g < groups.size(); ++g) {
      Group& group = groups[g];
      begin(workspace, y, int(g), group);
      for (ptrdiff_t x = 0; x < width; x += kernels_.tile) {
        if (depthwise_) {
          kernels_.depthwise(group.depthwise.layer, x);
        } else {
          kernels_.im2col(taps_of(group), x, inputs(workspace));
        }
        if (fusion_.writes) {
          write(workspace, group.dense, y, x);
        } else {
          kernels_.dense(group.dense, x);
        }
      }
    }
  }

 private:
  size_t picture_offset() const {
    return size_t(layer_.tuples) * kernels_.tile * 2 * sizeof(int16_t);
  }

  int16_t* inputs(const Workspace& workspace) const {
    return reinterpret_cast<int16_t*>(workspace.scratch());
  }

  void begin(const Workspace& workspace, int64_t y, int index, Group& group) const {
    group.dense = dense_of(workspace, y, index);
    if (depthwise_) {
      depthwise_->begin(workspace, y, group.depthwise);
      group.depthwise.layer.inputs = inputs(workspace);
      group.depthwise.layer.quads = layer_.quads;
    } else {
      group.taps.assign(size_t(layer_.tuples) * layer_.tuple_size(), nullptr);
      resolve_taps(workspace, y, index, group.taps.data());
    }
  }

  Dense dense_of(const Workspace& workspace, int64_t y, int group) const {
    const int first = group * layer_.outs;
    Dense dense{};
    dense.inputs = inputs(workspace);
    dense.weights = layer_.weights_of(group);
    dense.blocks = layer_.blocks_of(group);
    dense.left = layer_.left_of(group);
    dense.tuples = layer_.tuples;
    dense.quads = layer_.quads;
    dense.outs = layer_.outs;
    dense.rounding = rounding_.from(first);
    if (fusion_.residual >= 0) {
      const Line<int16_t> residual = workspace.line<int16_t>(fusion_.residual, y);
      // The picture's one channel is added to all that are shuffled into it.
      dense.residual_stride = fusion_.writes ? 0 : residual.stride;
      dense.residual = residual.data + first * dense.residual_stride;
      dense.residual_shift = fusion_.residual_shift;
    }
    if (fusion_.writes) {
      dense.target = {workspace.scratch() + picture_offset(), kernels_.tile, false};
    } else {
      dense.target = target_of(workspace, value, y, first);
    }
    return dense;
  }

  void resolve_taps(const Workspace& workspace, int64_t y, int group, const int16_t** taps) const {
    for (const DenseLayer::Tap& tap : layer_.taps) {
      const Line<int16_t> line = workspace.line<int16_t>(op_.sources[0], y + tap.dy);
      *taps++ = line.channel(group * op_.conv.ins + tap.in) + tap.dx;
    }
  }

  Taps taps_of(const Group& group) const {
    return {group.taps.data(), layer_.tuples, layer_.quads, layer_.offset};
  }

  // A tile of the larger picture: the sums, shuffled to `factor` lines.
  void write(const Workspace& workspace, Dense dense, int64_t y, ptrdiff_t x) const {
    const Region& region = workspace.region;
    const ptrdiff_t offset = region.halo_left * scale;
    const ptrdiff_t first = std::max<ptrdiff_t>(x, region.left * scale - offset);
    const ptrdiff_t last = std::min<ptrdiff_t>(x + kernels_.tile, region.right * scale - offset);
    if (first >= last) return;
    if (dense.residual) dense.residual += x;
    kernels_.dense(dense, 0);
    const int factor = fusion_.factor;
    const int16_t* lines = static_cast<const int16_t*>(dense.target.data) + (first - x);
    const ptrdiff_t size = workspace.output.is_uint8 ? 1 : 2;
    char* pixels = static_cast<char*>(workspace.output.data) + (offset + first) * factor * size;
    for (int row = 0; row < factor; ++row, lines += factor * kernels_.tile) {
      kernels_.interleave(lines, kernels_.tile, factor, last - first,
                          pixels + (y * factor + row) * workspace.output.stride,
                          workspace.output.is_uint8);
    }
  }

  const Fusion fusion_;
  const Kernels& kernels_;
  const Op op_;
  const DenseLayer layer_;
  const RoundingTable rounding_;
  std::unique_ptr<DepthwiseConv> depthwise_;
};

}  // namespace

std::unique_ptr<Stage> conv_stage(const Program& program, const Fusion& fusion,
                                  const Kernels& kernels) {
  if (is_depthwise(program.ops[fusion.conv])) {
    return std::make_unique<DepthwiseStage>(program, fusion.conv, kernels);
  }
  if (std::unique_ptr<Stage> stage = winograd_stage(program, fusion, kernels)) return stage;
  return std::make_unique<DenseStage>(program, fusion, kernels);
}

}  // namespace srq
