// Lanes of vectors as arrays: random ones, and their comparison.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <limits>

namespace srq::testing {

inline int32_t wrapped(int64_t number) { return int32_t(uint32_t(uint64_t(number))); }

inline int64_t saturated(int64_t number, int64_t lo, int64_t hi) {
  return std::min(std::max(number, lo), hi);
}

// Numbers of which a fourth are at or next to the ends of a type, or of a narrower one.
class Random {
 public:
  template <class Lanes>
  Lanes lanes() {
    Lanes made;
    for (auto& lane : made) lane = number<typename Lanes::value_type>();
    return made;
  }

  template <class T>
  T number() {
    using Limits = std::numeric_limits<T>;
    static constexpr int64_t kEnds[] = {Limits::min(), Limits::max(), INT16_MIN, INT16_MAX,
                                        UINT16_MAX,    INT8_MIN,      UINT8_MAX, 0};
    if (below(4) != 0) return T(next());
    return T(uint64_t(kEnds[below(8)] + below(3) - 1));
  }

  int below(int end) { return int(next() % uint64_t(end)); }

 private:
  uint64_t next() {  // SplitMix64
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  uint64_t state_ = 1;
};

template <class T, size_t kCount>
bool same(const std::array<T, kCount>& made, const std::array<T, kCount>& expected) {
  for (size_t i = 0; i < kCount; ++i) {
    if (made[i] == expected[i]) continue;
    std::fprintf(stderr, "lane %zu is %lld and must be %lld\n", i, (long long)made[i],
                 (long long)expected[i]);
    return false;
  }
  return true;
}

}  // namespace srq::testing
