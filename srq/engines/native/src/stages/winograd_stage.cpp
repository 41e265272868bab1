#include "stages/winograd_stage.hpp"

#include <utility>

#include "plan/layer.hpp"
#include "plan/winograd.hpp"
#include "stages/conv_stages.hpp"

namespace srq {
namespace {

// Two lines at a time: the second reads sums that the first has kept.
class WinogradStage : public Stage {
 public:
  WinogradStage(const Program& program, const Fusion& fusion, const Kernels& kernels,
                WinogradLayer layer)
      : Stage(fusion.value(), program.ops[fusion.conv].scale, program.ops[fusion.value()].lag,
              reads_of(program, fusion)),
        fusion_(fusion),
        kernels_(kernels),
        op_(program.ops[fusion.conv]),
        layer_(std::move(layer)),
        rounding_(layer_.bias, plus_two(program.ops[fusion.value()].shifts),
                  program.ops[fusion.value()].format) {}

  size_t scratch_bytes(ptrdiff_t) const override {
    return size_t(3) * 4 * layer_.pairs * kernels_.tuple_size * sizeof(int16_t);
  }

  struct State : StageState {
    Memory kept;          // sums of the second of two lines
    int64_t second = -1;  // that line
  };

  std::unique_ptr<StageState> new_state() const override { return std::make_unique<State>(); }

  void begin(StageState* state) const override { static_cast<State*>(state)->second = -1; }

  void run(Workspace& workspace, StageState* state, int64_t y, ptrdiff_t width) const override {
    State& kept = *static_cast<State*>(state);
    if (!kept.kept) kept.kept = zeroed(kept_bytes(workspace));
    const bool first = kept.second != y;
    kept.second = first ? y + 1 : -1;
    const Line<int16_t> above = line(workspace, y - 1), here = line(workspace, y),
                        below = line(workspace, y + 1);
    const LinePair of_first[3] = {{above, below, false}, {here, below, true}, {here, below, false}};
    const LinePair of_second[1] = {{above, below, false}};
    const WinogradTaps taps{first ? of_first : of_second, first ? 3 : 1, op_.conv.ins,
                            layer_.center};
    const Winograd layer = layer_at(workspace, kept, y, first);
    for (ptrdiff_t x = 0; x < width; x += kernels_.tile) {
      kernels_.winograd_inputs(taps, x, reinterpret_cast<int16_t*>(workspace.scratch()));
      kernels_.winograd(layer, x);
    }
  }

 private:
  // Of four times the sums.
  static std::vector<int> plus_two(std::vector<int> shifts) {
    for (int& shift : shifts) shift += 2;
    return shifts;
  }

  size_t kept_bytes(const Workspace& workspace) const {
    const size_t width = size_t(workspace.width()) * scale;
    return (width + kernels_.tile) * layer_.outs * sizeof(int32_t);
  }

  Line<int16_t> line(const Workspace& workspace, int64_t y) const {
    return workspace.line<int16_t>(op_.sources[0], y);
  }

  Winograd layer_at(const Workspace& workspace, const State& state, int64_t y, bool first) const {
    Winograd layer{};
    layer.inputs = reinterpret_cast<const int16_t*>(workspace.scratch());
    layer.weights = layer_.weights.data();
    layer.pairs = layer_.pairs;
    layer.outs = layer_.outs;
    layer.first = first;
    layer.kept = static_cast<int32_t*>(state.kept.get());
    layer.rounding = rounding_.from(0);
    if (fusion_.residual >= 0) {
      const Line<int16_t> residual = workspace.line<int16_t>(fusion_.residual, y);
      layer.residual = residual.data;
      layer.residual_stride = residual.stride;
      layer.residual_shift = fusion_.residual_shift + 2;
    }
    layer.target = target_of(workspace, value, y, 0);
    return layer;
  }

  const Fusion fusion_;
  const Kernels& kernels_;
  const Op op_;
  const WinogradLayer layer_;
  const RoundingTable rounding_;
};

}  // namespace

std::unique_ptr<Stage> winograd_stage(const Program& program, const Fusion& fusion,
                                      const Kernels& kernels) {
  const Op& op = program.ops[fusion.conv];
  const Op& made = program.ops[fusion.value()];
  if (fusion.writes || fusion.depthwise >= 0 || !is_narrow(made)) return nullptr;
  const Summand more{fusion.residual >= 0 ? &program.ops[fusion.residual] : nullptr,
                     fusion.residual_shift};
  std::optional<WinogradLayer> layer = winograd_layer(
      op, program.ops[op.sources[0]], shifts_of(program, fusion), more, made.shifts, kernels);
  if (!layer) return nullptr;
  return std::make_unique<WinogradStage>(program, fusion, kernels, std::move(*layer));
}

}  // namespace srq
