// Times the loops that benchmarks/studies/port_pressure.py writes in assembly, and prints the least nanoseconds
// that each took for one pass, over so many rounds of all of them. Rounds are short: of what else
// the machine does, some are free.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using Loop = void (*)(long passes, char* pixels, char* weights, char* results);

extern "C" {
extern const Loop loops[];
extern const long loop_count;
}

namespace {

constexpr double kRound = 20e3;  // nanoseconds

// Results are at other places in a page than most pixels, so that the processor does not take a
// store for one that a load must wait for.
alignas(4096) char pixels[8192], weights[4096], page[4096];
char* const results = page + 2560;

double nanoseconds(Loop loop, long passes) {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  loop(passes, pixels, weights, results);
  return std::chrono::duration<double, std::nano>(Clock::now() - began).count();
}

}  // namespace

int main(int, char** arguments) {
  const int rounds = std::atoi(arguments[1]);
  std::vector<long> passes(loop_count, 16);
  std::vector<double> least(loop_count, 1e30);
  for (long i = 0; i < loop_count; ++i) {
    while (nanoseconds(loops[i], passes[i]) < kRound) passes[i] *= 2;
  }
  for (int round = 0; round < rounds; ++round) {
    for (long i = 0; i < loop_count; ++i) {
      least[i] = std::min(least[i], nanoseconds(loops[i], passes[i]) / double(passes[i]));
    }
  }
  for (const double time : least) std::printf("%.4f\n", time);
}
