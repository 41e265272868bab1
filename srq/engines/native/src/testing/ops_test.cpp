// Compares every op of an instruction set with a scalar definition of it, which follows the
// contract in kernels/isa/ops.hpp to the letter, over random lanes and extreme ones.
//
// Built once for each instruction set, with its flags: SRQ_OPS_HEADER is the header that defines
// its struct SRQ_OPS. Prints the names of the ops that are right, one a line; exits with 1 if one
// is not, and says on stderr where.
#include "kernels/isa/ops.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <vector>

#include "testing/lanes.hpp"
#include SRQ_OPS_HEADER

namespace {

using Ops = srq::SRQ_OPS;
using srq::testing::Random;
using srq::testing::same;
using srq::testing::saturated;
using srq::testing::wrapped;

}  // namespace

template struct srq::OpsContract<Ops>;

namespace {

using Contract = srq::OpsContract<Ops>;
using Vec16 = Ops::VecI16;
using Vec32 = Ops::VecI32;

constexpr int kLanes = Ops::kLanes;
constexpr int kRounds = 500;

using I16 = std::array<int16_t, kLanes>;
using I32 = std::array<int32_t, kLanes / 2>;

static_assert(kLanes % 8 == 0 && Ops::kTileVectors == 2 * Ops::kDenseVectors);
static_assert(sizeof(Vec16) == sizeof(I16) && sizeof(Vec32) == sizeof(I32));

Vec16 vector(const I16& lanes) {
  Vec16 x;
  std::memcpy(&x, lanes.data(), sizeof x);
  return x;
}

Vec32 vector(const I32& lanes) {
  Vec32 x;
  std::memcpy(&x, lanes.data(), sizeof x);
  return x;
}

template <class Vector, class Lanes>
bool is(const Vector& made, const Lanes& expected) {
  static_assert(sizeof made == sizeof expected);
  Lanes lanes;
  std::memcpy(lanes.data(), &made, sizeof made);
  return same(lanes, expected);
}

// Memory.

// Lanes with a vector on both sides, at a multiple of the vector's size.
struct alignas(64) Line {
  explicit Line(Random& random) {
    for (int16_t& number : numbers) number = random.number<int16_t>();
  }

  I16 at(int offset) const {
    I16 lanes;
    std::copy_n(numbers + kLanes + offset, kLanes, lanes.begin());
    return lanes;
  }

  int16_t numbers[3 * kLanes];
};

bool load(Random& random) {
  const Line line(random);
  return is(Contract::load(line.numbers + kLanes), line.at(0));
}

bool loadu(Random& random) {
  const Line line(random);
  const int offset = random.below(2 * kLanes) - kLanes;
  return is(Contract::loadu(line.numbers + kLanes + offset), line.at(offset));
}

bool shifted_load(Random& random) {
  const Line line(random);
  const int16_t* from = line.numbers + kLanes;
  return is(Contract::shifted_load<-1>(from), line.at(-2)) &&
         is(Contract::shifted_load<0>(from), line.at(0)) &&
         is(Contract::shifted_load<1>(from), line.at(2));
}

bool prefetch(Random& random) {
  Line line(random);
  const Line before = line;
  Contract::prefetch(line.numbers + random.below(3 * kLanes));
  Contract::prefetch(nullptr);  // beyond a line's end there may be no memory
  for (int i = 0; i < 3 * kLanes; ++i) {
    if (line.numbers[i] != before.numbers[i]) return false;
  }
  return true;
}

bool storeu(Random& random) {
  Line line(random);
  const Line before = line;
  const I16 x = random.lanes<I16>();
  const int offset = random.below(2 * kLanes) - kLanes;
  Contract::storeu(line.numbers + kLanes + offset, vector(x));
  for (int i = 0; i < 3 * kLanes; ++i) {
    const int lane = i - kLanes - offset;
    const bool inside = lane >= 0 && lane < kLanes;
    if (line.numbers[i] != (inside ? x[lane] : before.numbers[i])) return false;
  }
  return true;
}

bool load32(Random& random) {
  alignas(64) int32_t numbers[kLanes / 2];
  const I32 x = random.lanes<I32>();
  std::copy(x.begin(), x.end(), numbers);
  return is(Contract::load32(numbers), x);
}

bool store32(Random& random) {
  alignas(64) int32_t numbers[kLanes / 2];
  const I32 x = random.lanes<I32>();
  Contract::store32(numbers, vector(x));
  return std::equal(x.begin(), x.end(), numbers);
}

bool storeu_wide(Random& random) {
  const I32 a = random.lanes<I32>(), b = random.lanes<I32>();
  std::array<int32_t, kLanes + 2> made{}, expected{};  // one more on both sides
  Contract::storeu_wide(made.data() + 1, vector(a), vector(b));
  for (int block = 0; block < kLanes; block += 8) {
    for (int i = 0; i < 4; ++i) {
      expected[1 + block + i] = a[block / 2 + i];
      expected[1 + block + 4 + i] = b[block / 2 + i];
    }
  }
  return same(made, expected);
}

// One number in all lanes.

bool splat32(Random& random) {
  const int32_t number = random.number<int32_t>();
  I32 r;
  r.fill(number);
  return is(Contract::splat32(number), r);
}

bool splat16(Random& random) {
  const int32_t number = random.number<int32_t>();
  I16 r;
  r.fill(int16_t(number));
  return is(Contract::splat16(number), r);
}

bool splat_pair(Random& random) {
  const int32_t pair = random.number<int32_t>();
  I16 r;
  for (int i = 0; i < kLanes; i += 2) {
    r[i] = int16_t(pair & 0xFFFF);
    r[i + 1] = int16_t(uint32_t(pair) >> 16);
  }
  return is(Contract::splat_pair(pair), r);
}

// Arithmetic.

bool dot_pairs(Random& random) {
  const I32 sums = random.lanes<I32>();
  const I16 a = random.lanes<I16>(), b = random.lanes<I16>();
  I32 r;
  for (int i = 0; i < kLanes / 2; ++i) {
    r[i] = wrapped(int64_t(sums[i]) + int64_t(a[2 * i]) * b[2 * i] +
                   int64_t(a[2 * i + 1]) * b[2 * i + 1]);
  }
  return is(Contract::dot_pairs(vector(sums), vector(a), vector(b)), r);
}

bool add32(Random& random) {
  const I32 a = random.lanes<I32>(), b = random.lanes<I32>();
  I32 r;
  for (int i = 0; i < kLanes / 2; ++i) r[i] = wrapped(int64_t(a[i]) + b[i]);
  return is(Contract::add32(vector(a), vector(b)), r);
}

bool sub32(Random& random) {
  const I32 a = random.lanes<I32>(), b = random.lanes<I32>();
  I32 r;
  for (int i = 0; i < kLanes / 2; ++i) r[i] = wrapped(int64_t(a[i]) - b[i]);
  return is(Contract::sub32(vector(a), vector(b)), r);
}

bool add16(Random& random) {
  const I16 a = random.lanes<I16>(), b = random.lanes<I16>();
  I16 r;
  for (int i = 0; i < kLanes; ++i) r[i] = int16_t(uint16_t(a[i] + b[i]));
  return is(Contract::add16(vector(a), vector(b)), r);
}

bool sub16(Random& random) {
  const I16 a = random.lanes<I16>(), b = random.lanes<I16>();
  I16 r;
  for (int i = 0; i < kLanes; ++i) r[i] = int16_t(uint16_t(a[i] - b[i]));
  return is(Contract::sub16(vector(a), vector(b)), r);
}

I32 shift_counts(Random& random) {
  I32 counts;
  for (int32_t& count : counts) count = random.below(32);
  return counts;
}

bool shift_right(Random& random) {
  const I32 x = random.lanes<I32>(), counts = shift_counts(random);
  I32 r;
  for (int i = 0; i < kLanes / 2; ++i) {
    const int64_t divisor = int64_t(1) << counts[i];
    const int64_t rest = ((x[i] % divisor) + divisor) % divisor;
    r[i] = int32_t((x[i] - rest) / divisor);
  }
  return is(Contract::shift_right(vector(x), vector(counts)), r);
}

bool shift_left(Random& random) {
  const I32 x = random.lanes<I32>(), counts = shift_counts(random);
  I32 r;
  for (int i = 0; i < kLanes / 2; ++i) r[i] = wrapped(x[i] * (int64_t(1) << counts[i]));
  return is(Contract::shift_left(vector(x), vector(counts)), r);
}

bool clamp(Random& random) {
  const I16 x = random.lanes<I16>(), a = random.lanes<I16>(), b = random.lanes<I16>();
  I16 lo, hi, r;
  for (int i = 0; i < kLanes; ++i) {
    lo[i] = std::min(a[i], b[i]);
    hi[i] = std::max(a[i], b[i]);
    r[i] = int16_t(saturated(x[i], lo[i], hi[i]));
  }
  return is(Contract::clamp(vector(x), vector(lo), vector(hi)), r);
}

// Between int16 and int32.

// Lane i of what `pack` narrows.
int32_t wide_lane(const I32& a, const I32& b, int i) {
  const int within = i % 8, block = i / 8 * 4;
  return within < 4 ? a[block + within] : b[block + within - 4];
}

bool pack(Random& random) {
  const I32 a = random.lanes<I32>(), b = random.lanes<I32>();
  I16 r;
  for (int i = 0; i < kLanes; ++i) {
    r[i] = int16_t(saturated(wide_lane(a, b, i), INT16_MIN, INT16_MAX));
  }
  return is(Contract::pack(vector(a), vector(b)), r);
}

bool pack_unsigned(Random& random) {
  const I32 a = random.lanes<I32>(), b = random.lanes<I32>();
  I16 hi = random.lanes<I16>(), r;
  for (int i = 0; i < kLanes; ++i) {
    hi[i] &= INT16_MAX;
    r[i] = int16_t(saturated(wide_lane(a, b, i), 0, hi[i]));
  }
  return is(Contract::pack_unsigned(vector(a), vector(b), vector(hi)), r);
}

bool widen_even(Random& random) {
  const I16 x = random.lanes<I16>();
  I32 r;
  for (int i = 0; i < kLanes / 2; ++i) r[i] = x[2 * i];
  return is(Contract::widen_even(vector(x)), r);
}

bool widen_odd(Random& random) {
  const I16 x = random.lanes<I16>();
  I32 r;
  for (int i = 0; i < kLanes / 2; ++i) r[i] = x[2 * i + 1];
  return is(Contract::widen_odd(vector(x)), r);
}

bool merge_halves(Random& random) {
  const I32 a = random.lanes<I32>(), b = random.lanes<I32>();
  I16 r;
  for (int i = 0; i < kLanes / 2; ++i) {
    r[2 * i] = int16_t(a[i] & 0xFFFF);
    r[2 * i + 1] = int16_t(uint32_t(b[i]) >> 16);
  }
  return is(Contract::merge_halves(vector(a), vector(b)), r);
}

// The order of lanes: lane i of each block of the result is lane order[i] of a's block or, from
// kSize on, lane order[i] - kSize of b's.
template <size_t kSize, class Lanes>
Lanes ordered(const Lanes& a, const Lanes& b, const std::array<int, kSize>& order) {
  Lanes r;
  for (size_t block = 0; block < r.size(); block += kSize) {
    for (size_t i = 0; i < kSize; ++i) {
      const size_t from = size_t(order[i]);
      r[block + i] = from < kSize ? a[block + from] : b[block + from - kSize];
    }
  }
  return r;
}

template <class Lanes, class Vector, size_t kSize>
bool orders(Random& random, Vector (*op)(Vector, Vector), const std::array<int, kSize>& order) {
  const Lanes a = random.lanes<Lanes>(), b = random.lanes<Lanes>();
  return is(op(vector(a), vector(b)), ordered(a, b, order));
}

using Order16 = std::array<int, 8>;
using Order32 = std::array<int, 4>;

bool transpose_even16(Random& random) {
  const I16 a = random.lanes<I16>(), b = random.lanes<I16>();
  I16 r;
  for (int i = 0; i < kLanes; ++i) r[i] = i % 2 ? b[i - 1] : a[i];
  return is(Contract::transpose_even16(vector(a), vector(b)), r);
}

bool transpose_odd16(Random& random) {
  const I16 a = random.lanes<I16>(), b = random.lanes<I16>();
  I16 r;
  for (int i = 0; i < kLanes; ++i) r[i] = i % 2 ? b[i] : a[i + 1];
  return is(Contract::transpose_odd16(vector(a), vector(b)), r);
}

bool interleave_low16(Random& random) {
  return orders<I16>(random, Contract::interleave_low16, Order16{0, 8, 1, 9, 2, 10, 3, 11});
}

bool interleave_high16(Random& random) {
  return orders<I16>(random, Contract::interleave_high16, Order16{4, 12, 5, 13, 6, 14, 7, 15});
}

bool interleave_low_pairs(Random& random) {
  return orders<I16>(random, Contract::interleave_low_pairs, Order16{0, 1, 8, 9, 2, 3, 10, 11});
}

bool interleave_high_pairs(Random& random) {
  return orders<I16>(random, Contract::interleave_high_pairs, Order16{4, 5, 12, 13, 6, 7, 14, 15});
}

bool interleave_low32(Random& random) {
  return orders<I32>(random, Contract::interleave_low32, Order32{0, 4, 1, 5});
}

bool interleave_high32(Random& random) {
  return orders<I32>(random, Contract::interleave_high32, Order32{2, 6, 3, 7});
}

bool interleave_halves(Random& random) {
  const I16 x = random.lanes<I16>();
  return is(Contract::interleave_halves(vector(x)), ordered(x, x, Order16{0, 4, 1, 5, 2, 6, 3, 7}));
}

// For measuring.

bool do_not_optimize(Random& random) {
  const I16 narrow = random.lanes<I16>();
  const I32 wide = random.lanes<I32>();
  Vec16 a = vector(narrow);
  Vec32 b = vector(wide);
  Ops::do_not_optimize(a);
  Contract::do_not_optimize(b);
  return is(a, narrow) && is(b, wide);
}

// On quads of bytes; templates, as not every instruction set has them.

template <class Byte>
std::array<Byte, 2 * kLanes> bytes_of(const I16& x) {
  std::array<Byte, 2 * kLanes> bytes;
  for (int i = 0; i < kLanes; ++i) {
    bytes[2 * i] = Byte(x[i] & 0xFF);
    bytes[2 * i + 1] = Byte(uint16_t(x[i]) >> 8);
  }
  return bytes;
}

template <class QuadContract>
bool dot_quads(Random& random) {
  const I32 sums = random.lanes<I32>();
  const I16 a = random.lanes<I16>(), b = random.lanes<I16>();
  const auto inputs = bytes_of<uint8_t>(a);
  const auto weights = bytes_of<int8_t>(b);
  I32 r;
  for (int i = 0; i < kLanes / 2; ++i) {
    int64_t sum = sums[i];
    for (int k = 0; k < 4; ++k) sum += inputs[4 * i + k] * weights[4 * i + k];
    r[i] = wrapped(sum);
  }
  return is(QuadContract::dot_quads(vector(sums), vector(a), vector(b)), r);
}

template <class ChunkContract>
bool multiply_bytes(Random& random) {
  const I16 a = random.lanes<I16>(), b = random.lanes<I16>();
  const auto inputs = bytes_of<uint8_t>(a);
  const auto weights = bytes_of<int8_t>(b);
  I16 r;
  for (int i = 0; i < kLanes; ++i) {
    const int sum = inputs[2 * i] * weights[2 * i] + inputs[2 * i + 1] * weights[2 * i + 1];
    r[i] = int16_t(saturated(sum, INT16_MIN, INT16_MAX));
  }
  return is(ChunkContract::multiply_bytes(vector(a), vector(b)), r);
}

template <class QuadContract>
bool pack_bytes(Random& random) {
  const I16 a = random.lanes<I16>(), b = random.lanes<I16>();
  std::array<uint8_t, 2 * kLanes> r;
  for (int i = 0; i < 2 * kLanes; ++i) {
    const int within = i % 16, block = i / 16 * 8;
    const int16_t lane = within < 8 ? a[block + within] : b[block + within - 8];
    r[i] = uint8_t(saturated(lane, 0, UINT8_MAX));
  }
  return is(QuadContract::pack_bytes(vector(a), vector(b)), r);
}

struct Test {
  const char* op;
  bool (*holds)(Random&);
};

template <class O>
std::vector<Test> quad_tests() {
  std::vector<Test> tests;
  if constexpr (O::kQuads != srq::Quads::none) {
    using QuadContract = srq::QuadOpsContract<O>;
    tests.push_back({"pack_bytes", pack_bytes<QuadContract>});
  }
  if constexpr (O::kQuads == srq::Quads::exact) {
    tests.push_back({"dot_quads", dot_quads<srq::ExactQuadOpsContract<O>>});
  }
  if constexpr (O::kQuads == srq::Quads::chunks) {
    tests.push_back({"multiply_bytes", multiply_bytes<srq::ChunkOpsContract<O>>});
  }
  return tests;
}

std::vector<Test> tests() {
  std::vector<Test> tests = {
      {"load", load},
      {"loadu", loadu},
      {"shifted_load", shifted_load},
      {"prefetch", prefetch},
      {"storeu", storeu},
      {"load32", load32},
      {"store32", store32},
      {"storeu_wide", storeu_wide},
      {"splat32", splat32},
      {"splat16", splat16},
      {"splat_pair", splat_pair},
      {"dot_pairs", dot_pairs},
      {"add32", add32},
      {"sub32", sub32},
      {"add16", add16},
      {"sub16", sub16},
      {"shift_right", shift_right},
      {"shift_left", shift_left},
      {"clamp", clamp},
      {"pack", pack},
      {"pack_unsigned", pack_unsigned},
      {"widen_even", widen_even},
      {"widen_odd", widen_odd},
      {"merge_halves", merge_halves},
      {"transpose_even16", transpose_even16},
      {"transpose_odd16", transpose_odd16},
      {"interleave_low16", interleave_low16},
      {"interleave_high16", interleave_high16},
      {"interleave_low_pairs", interleave_low_pairs},
      {"interleave_high_pairs", interleave_high_pairs},
      {"interleave_low32", interleave_low32},
      {"interleave_high32", interleave_high32},
      {"interleave_halves", interleave_halves},
      {"do_not_optimize", do_not_optimize},
  };
  for (const Test& test : quad_tests<Ops>()) tests.push_back(test);
  return tests;
}

bool holds(const Test& test) {
  Random random;
  for (int round = 0; round < kRounds; ++round) {
    if (test.holds(random)) continue;
    std::fprintf(stderr, "%s differs from its definition\n", test.op);
    return false;
  }
  return true;
}

}  // namespace

int main() {
  bool all = true;
  for (const Test& test : tests()) {
    if (holds(test)) {
      std::puts(test.op);
    } else {
      all = false;
    }
  }
  return all ? 0 : 1;
}
