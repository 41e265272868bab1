#include "plan/fusion.hpp"

#include <algorithm>

namespace srq {
namespace {

class Finder {
 public:
  Finder(const Program& program, std::vector<bool>& absorbed)
      : ops_(program.ops), absorbed_(absorbed), readers_(ops_.size()) {
    for (size_t i = 0; i < ops_.size(); ++i) {
      for (int source : ops_[i].sources) readers_[source].push_back(int(i));
    }
    absorbed_.assign(ops_.size(), false);
  }

  std::vector<Fusion> find() {
    std::vector<Fusion> found;
    // Backwards, so that a dense layer takes the depthwise one before it.
    for (int i = int(ops_.size()) - 1; i >= 0; --i) {
      const Op& op = ops_[i];
      if (absorbed_[i] || op.kind != Kind::conv || !is_narrow(ops_[op.sources[0]])) continue;
      if (!op.accumulator && !is_narrow(op)) continue;
      Fusion fusion;
      fusion.conv = fusion.last = i;
      if (!is_depthwise(op)) {
        extend_forwards(fusion);
        extend_backwards(fusion);
      }
      found.push_back(fusion);
    }
    return found;
  }

 private:
  // The only reader of op's value, or -1.
  int only_reader(int op) const { return readers_[op].size() == 1 ? readers_[op][0] : -1; }

  void extend_backwards(Fusion& fusion) {
    const int source = ops_[fusion.conv].sources[0];
    const Convolution& conv = ops_[fusion.conv].conv;
    const Op& before = ops_[source];
    const bool pointwise = conv.groups == 1 && conv.rows == 1 && conv.columns == 1;
    if (!pointwise || before.kind != Kind::conv || !is_depthwise(before)) return;
    if (only_reader(source) < 0 || !is_narrow(ops_[before.sources[0]])) return;
    fusion.depthwise = source;
    absorbed_[source] = true;
  }

  void extend_forwards(Fusion& fusion) {
    const Op& conv = ops_[fusion.conv];
    const int next = only_reader(fusion.conv);
    if (!conv.accumulator || next < 0) return;
    if (ops_[next].kind == Kind::pixel_shuffle) {
      extend_to_picture(fusion, next);
    } else if (fuses_with(fusion, fusion.conv, next)) {
      absorb({fusion.conv}, fusion, next);
    }
  }

  void extend_to_picture(Fusion& fusion, int shuffle) {
    const Op& op = ops_[shuffle];
    const int next = only_reader(shuffle);
    if (op.channels != 1 || next < 0) return;
    Fusion longer = fusion;
    if (!fuses_with(longer, shuffle, next)) return;
    const int output = only_reader(next);
    if (output < 0 || ops_[output].kind != Kind::output) return;
    std::vector<int> inside = {fusion.conv, shuffle, next};
    if (longer.residual >= 0) {
      const Op& upsample = ops_[longer.residual];
      if (upsample.kind != Kind::nearest_upsample || upsample.factor != op.factor) return;
      if (only_reader(longer.residual) < 0) return;
      inside.push_back(longer.residual);
      longer.residual = upsample.sources[0];
    }
    longer.factor = op.factor;
    longer.writes = true;
    fusion = longer;
    absorb(inside, fusion, output);
  }

  // Whether `finish` brings sums, the value of op `sums`, to int16; if so it is put into `fusion`.
  bool fuses_with(Fusion& fusion, int sums, int finish) const {
    const Op& op = ops_[finish];
    if (absorbed_[finish] || op.accumulator || !is_narrow(op)) return false;
    if (op.kind == Kind::add) {
      if (op.sources[0] == op.sources[1]) return false;
      const int side = op.sources[0] == sums ? 0 : 1;
      const int other = op.sources[1 - side];
      if (!is_narrow(ops_[other]) || !shifts_in_weights(fusion.conv, op.align[side])) return false;
      fusion.residual = other;
      fusion.residual_shift = op.align[1 - side];
      fusion.sum_shift = op.align[side];
    } else if (op.kind != Kind::requantize || !shifts_in_weights(fusion.conv, 0)) {
      return false;
    }
    fusion.finish = finish;
    return true;
  }

  // Whether int16 weights can hold the left shifts of the sums, the conv's own and `more`.
  bool shifts_in_weights(int conv, int more) const {
    const Op& op = ops_[conv];
    const size_t taps = op.conv.weight.size() / op.channels;
    for (size_t i = 0; i < op.conv.weight.size(); ++i) {
      const int64_t shifted =
          int64_t(op.conv.weight[i]) * (int64_t(1) << (more - op.shifts[i / taps]));
      if (shifted < INT16_MIN || shifted > INT16_MAX) return false;
    }
    return true;
  }

  void absorb(const std::vector<int>& inside, Fusion& fusion, int last) {
    for (int op : inside) absorbed_[op] = true;
    fusion.last = last;
  }

  const std::vector<Op>& ops_;
  std::vector<bool>& absorbed_;
  std::vector<std::vector<int>> readers_;
};

}  // namespace

bool is_narrow(const Op& op) { return !op.accumulator && op.format.fits_int16(); }

bool is_depthwise(const Op& op) {
  return op.kind == Kind::conv && op.conv.ins == 1 && op.channels / op.conv.groups <= 2;
}

std::vector<Fusion> find_fusions(const Program& program, std::vector<bool>& absorbed) {
  return Finder(program, absorbed).find();
}

}  // namespace srq
