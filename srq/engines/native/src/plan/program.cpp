#include "plan/program.hpp"

#include <stdexcept>

namespace srq {
namespace {

// 256 ops of kernels of 64 rows, at a scale of up to 16.
constexpr int32_t kMaxLines = 256 * 64 * 16;

class Reader {
 public:
  Reader(const int32_t* words, size_t count) : next_(words), left_(count) {}

  int32_t take() { return *advance(1); }

  // An integer that must lie in lo..hi.
  int take(int32_t lo, int32_t hi) {
    const int32_t word = take();
    if (word < lo || word > hi)
      throw std::invalid_argument("a word of the program is out of range");
    return word;
  }

  template <class T>
  std::vector<T> take_all(size_t count) {
    const int32_t* words = advance(count);
    return std::vector<T>(words, words + count);
  }

  bool empty() const { return left_ == 0; }

 private:
  const int32_t* advance(size_t count) {
    if (count > left_) throw std::invalid_argument("the program ends early");
    const int32_t* words = next_;
    next_ += count;
    left_ -= count;
    return words;
  }

  const int32_t* next_;
  size_t left_;
};

Convolution parse_convolution(Reader& words, int outs) {
  Convolution conv;
  conv.min_sum = words.take_all<int32_t>(outs);
  conv.max_sum = words.take_all<int32_t>(outs);
  conv.groups = words.take(1, 1024);
  conv.ins = words.take(1, 1024);
  conv.rows = words.take(1, 64);
  conv.columns = words.take(1, 64);
  conv.top = words.take(0, conv.rows - 1);
  conv.bottom = conv.rows - 1 - conv.top;
  conv.left = words.take(0, conv.columns - 1);
  conv.right = conv.columns - 1 - conv.left;
  const size_t taps = size_t(conv.ins) * conv.rows * conv.columns;
  conv.weight = words.take_all<int16_t>(outs * taps);
  conv.bias = words.take_all<int32_t>(outs);
  return conv;
}

Op parse_op(Reader& words, const std::vector<Op>& before) {
  Op op;
  op.kind = Kind(words.take(0, int(Kind::count) - 1));
  for (int sources = words.take(0, 2); sources > 0; --sources) {
    op.sources.push_back(words.take(0, int(before.size()) - 1));
  }
  op.channels = words.take(1, 1024);
  op.scale = words.take(1, 16);
  op.factor = words.take(1, 16);
  op.accumulator = words.take(0, 1) != 0;
  op.format.lo = words.take();
  op.format.hi = words.take();
  for (int& align : op.align) align = words.take(0, 31);
  for (int shifts = words.take(0, op.channels); shifts > 0; --shifts) {
    op.shifts.push_back(words.take(-31, 31));
  }
  op.lag = words.take(0, kMaxLines);
  op.above = words.take(0, kMaxLines);
  op.below = words.take(0, kMaxLines);
  if (op.kind == Kind::conv) {
    op.conv = parse_convolution(words, op.channels);
    if (before[op.sources.at(0)].channels != op.conv.groups * op.conv.ins) {
      throw std::invalid_argument("a convolution does not fit its source");
    }
  }
  return op;
}

}  // namespace

Program parse(const int32_t* words, size_t count) {
  Reader rest(words, count);
  if (rest.take() != kEncoding)
    throw std::invalid_argument("not a program of this engine's encoding");
  Program program;
  program.delay = rest.take(0, kMaxLines);
  program.left = rest.take(0, kMaxLines);
  program.right = rest.take(0, kMaxLines);
  for (int ops = rest.take(2, 256); ops > 0; --ops) {
    program.ops.push_back(parse_op(rest, program.ops));
  }
  if (!rest.empty()) throw std::invalid_argument("the program has words to spare");
  return program;
}

}  // namespace srq
