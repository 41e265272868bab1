// The engine without Python: runs an encoded program on pictures, for tests on other processors
// and under sanitizers.
//
//   srq_runner CASES ISA THREADS [TIMES]
//
// CASES is a file of cases one after the other, each 32-bit words in the machine's order: how
// many words the program has, the program (encoding.py), height, width, then the picture's
// pixels and those of the expected enlargement, one a word. Every program is run with the
// instruction set ISA on THREADS threads, TIMES times. Prints how many cases were right; exits
// with 1 at the first that is not, with 2 where something cannot be read.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "run/engine.hpp"

namespace {

class Cases {
 public:
  explicit Cases(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot be opened");
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    words_.resize(bytes.size() / sizeof(int32_t));
    std::memcpy(words_.data(), bytes.data(), words_.size() * sizeof(int32_t));
  }

  bool empty() const { return at_ == words_.size(); }
  int32_t take() { return *take(1); }

  const int32_t* take(size_t count) {
    if (count > words_.size() - at_) throw std::runtime_error("ends early");
    at_ += count;
    return words_.data() + at_ - count;
  }

 private:
  std::vector<int32_t> words_;
  size_t at_ = 0;
};

srq::Isa isa_named(const char* name) {
  for (const srq::Isa& isa : srq::supported_isas()) {
    if (std::strcmp(isa.name, name) == 0) return isa;
  }
  throw std::runtime_error("has no such instruction set to run on");
}

// Pixels stand in uint16, or in uint8 where the program's picture is of 8 bits. Rows are a few
// bytes apart, as in video, and the last one ends with the array.
struct Plane {
  Plane(int64_t height, int64_t width, bool bytes)
      : width(width), bytes(bytes), stride((width + 3) * (bytes ? 1 : 2)) {
    memory.resize(size_t(stride * (height - 1) + width * (bytes ? 1 : 2)));
  }

  int32_t at(int64_t y, int64_t x) const {
    const uint8_t* row = memory.data() + y * stride;
    if (bytes) return row[x];
    uint16_t pixel;
    std::memcpy(&pixel, row + 2 * x, 2);
    return pixel;
  }

  void put(int64_t y, int64_t x, int32_t value) {
    uint8_t* row = memory.data() + y * stride;
    const uint16_t pixel = uint16_t(value);
    if (bytes) {
      row[x] = uint8_t(value);
    } else {
      std::memcpy(row + 2 * x, &pixel, 2);
    }
  }

  int64_t width;
  bool bytes;
  ptrdiff_t stride;
  std::vector<uint8_t> memory;
};

bool run_case(Cases& cases, const srq::Isa& isa, int threads, int times) {
  const int32_t words = cases.take();
  srq::Program program = srq::parse(cases.take(size_t(words)), size_t(words));
  const bool bytes_in = program.ops.front().format.hi <= UINT8_MAX;
  const bool bytes_out = program.ops.back().format.hi <= UINT8_MAX;
  const int64_t height = cases.take(), width = cases.take();
  const int64_t scale = program.scale();

  Plane picture(height, width, bytes_in), made(height * scale, width * scale, bytes_out);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) picture.put(y, x, cases.take());
  }
  const srq::Engine engine(std::move(program), isa);
  for (int i = 0; i < times; ++i) {
    engine.run({picture.memory.data(), picture.stride, bytes_in, height, width},
               {made.memory.data(), made.stride, bytes_out}, threads);
  }
  for (int64_t y = 0; y < height * scale; ++y) {
    for (int64_t x = 0; x < width * scale; ++x) {
      const int32_t expected = cases.take();
      if (made.at(y, x) == expected) continue;
      std::printf("%s: row %lld, column %lld is %d and must be %d\n", isa.name, (long long)y,
                  (long long)x, made.at(y, x), expected);
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fprintf(stderr, "usage: %s CASES ISA THREADS [TIMES]\n", arguments[0]);
    return 2;
  }
  try {
    Cases cases(arguments[1]);
    const srq::Isa isa = isa_named(arguments[2]);
    const int threads = std::atoi(arguments[3]), times = count > 4 ? std::atoi(arguments[4]) : 1;
    int done = 0;
    for (; !cases.empty(); ++done) {
      if (!run_case(cases, isa, threads, times)) return 1;
    }
    std::printf("%s: %d cases are right\n", isa.name, done);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", arguments[1], error.what());
    return 2;
  }
  return 0;
}
