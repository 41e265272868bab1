// Plain C++: what runs everywhere, and what the vector paths are read against.
#include "kernels/kernels_of.hpp"

namespace srq {
namespace {

struct Portable {
  static constexpr int kLanes = 8;
  static constexpr int kBlocks = 1;
  static constexpr int kDenseBlocks = 1;
  static constexpr int kOuts = 4;
  static constexpr bool kBytes = false;

  struct Words {
    int16_t lane[kLanes];
  };
  struct Sums {
    int32_t lane[kLanes / 2];
  };

  static Words load(const int16_t* from) { return loadu(from); }

  static Words loadu(const int16_t* from) {
    Words words;
    for (int i = 0; i < kLanes; ++i) words.lane[i] = from[i];
    return words;
  }

  template <int kPairs>
  static Words beside(const int16_t* at) {
    return loadu(at + 2 * kPairs);
  }
  static void store(int16_t* to, Words words) {
    for (int i = 0; i < kLanes; ++i) to[i] = words.lane[i];
  }

  static Sums splat(int32_t number) {
    Sums sums;
    for (int32_t& lane : sums.lane) lane = number;
    return sums;
  }

  static Words splat16(int32_t number) {
    Words words;
    for (int16_t& lane : words.lane) lane = int16_t(number);
    return words;
  }

  static Words splat_pair(int32_t pair) {
    Words words;
    for (int i = 0; i < kLanes; ++i) words.lane[i] = int16_t(uint32_t(pair) >> (i % 2 * 16));
    return words;
  }

  static Sums dot(Sums sums, Words a, Words b) {
    for (int i = 0; i < kLanes / 2; ++i) {
      const uint32_t products = uint32_t(a.lane[2 * i] * b.lane[2 * i]) +
                                uint32_t(a.lane[2 * i + 1] * b.lane[2 * i + 1]);
      sums.lane[i] = int32_t(uint32_t(sums.lane[i]) + products);
    }
    return sums;
  }

  static Sums add(Sums a, Sums b) {
    for (int i = 0; i < kLanes / 2; ++i) a.lane[i] = int32_t(uint32_t(a.lane[i]) + uint32_t(b.lane[i]));
    return a;
  }

  static Sums shift_right(Sums sums, Sums count) {
    for (int i = 0; i < kLanes / 2; ++i) sums.lane[i] >>= count.lane[i];
    return sums;
  }

  static Sums shift_left(Sums sums, Sums count) {
    for (int i = 0; i < kLanes / 2; ++i) {
      sums.lane[i] = int32_t(uint32_t(sums.lane[i]) << count.lane[i]);
    }
    return sums;
  }

  static int16_t saturated(int32_t number) {
    return int16_t(number < INT16_MIN ? INT16_MIN : number > INT16_MAX ? INT16_MAX : number);
  }

  static Words pack(Sums a, Sums b) {
    Words words;
    for (int i = 0; i < kLanes / 2; ++i) {
      words.lane[i] = saturated(a.lane[i]);
      words.lane[kLanes / 2 + i] = saturated(b.lane[i]);
    }
    return words;
  }

  // Formats end at 32767: what is above may as well become that.
  static Words pack_unsigned(Sums a, Sums b) { return clamp(pack(a, b), splat16(0), splat16(INT16_MAX)); }

  static Words by_turns(Words packed) {
    Words words;
    for (int i = 0; i < kLanes; ++i) words.lane[i] = packed.lane[i / 2 + i % 2 * (kLanes / 2)];
    return words;
  }

  static Words blend(Sums a, Sums b) {
    Words words;
    for (int i = 0; i < kLanes / 2; ++i) {
      words.lane[2 * i] = int16_t(a.lane[i]);
      words.lane[2 * i + 1] = int16_t(b.lane[i] >> 16);
    }
    return words;
  }

  static Words clamp(Words words, Words lo, Words hi) {
    for (int i = 0; i < kLanes; ++i) {
      words.lane[i] = words.lane[i] < lo.lane[i] ? lo.lane[i] : words.lane[i];
      words.lane[i] = words.lane[i] > hi.lane[i] ? hi.lane[i] : words.lane[i];
    }
    return words;
  }

  static Words clamp_unsigned(Words words, Words hi) { return clamp(words, splat16(0), hi); }

  template <int kFirst>
  static Sums every_second(Words words) {
    Sums sums;
    for (int i = 0; i < kLanes / 2; ++i) sums.lane[i] = words.lane[2 * i + kFirst];
    return sums;
  }

  static Sums even(Words words) { return every_second<0>(words); }
  static Sums odd(Words words) { return every_second<1>(words); }
  // Runs of kRun lanes of a and b by turns, from lane kFrom of each on.
  template <int kRun, int kFrom, class Vector>
  static Vector turns(Vector a, Vector b) {
    Vector made;
    constexpr int kCount = sizeof(a.lane) / sizeof(a.lane[0]);
    for (int i = 0; i < kCount; ++i) {
      const int from = kFrom + i / (2 * kRun) * kRun + i % kRun;
      made.lane[i] = i / kRun % 2 ? b.lane[from] : a.lane[from];
    }
    return made;
  }

  static Words low(Words a, Words b) { return turns<2, 0>(a, b); }
  static Words high(Words a, Words b) { return turns<2, kLanes / 2>(a, b); }
  static Sums low(Sums a, Sums b) { return turns<1, 0>(a, b); }
  static Sums high(Sums a, Sums b) { return turns<1, kLanes / 4>(a, b); }
  static Words pair_low(Words a, Words b) { return turns<1, 0>(a, b); }
  static Words pair_high(Words a, Words b) { return turns<1, kLanes / 2>(a, b); }

  static void store_exact(int32_t* to, Sums a, Sums b) {
    for (int i = 0; i < kLanes / 2; ++i) {
      to[i] = a.lane[i];
      to[kLanes / 2 + i] = b.lane[i];
    }
  }

  template <class Vector>
  static void keep(Vector& vector) {
    asm volatile("" : "+m"(vector));
  }
};

}  // namespace

extern const Kernels kPortable = kernels_of<Portable>();

}  // namespace srq
