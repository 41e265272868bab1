// The numbers of a convolution in the order in which the vector kernels read them.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/kernels.hpp"
#include "plan/chunks.hpp"
#include "plan/fusion.hpp"
#include "plan/program.hpp"

namespace srq {

// The numbers that a channel of a value can hold, where padding may stand in for it.
struct ValueRange {
  int32_t lo;
  int32_t hi;
};

ValueRange range_of(const Op& op, int channel);

// Two int16 in one word, the first one lower.
int32_t packed(int32_t first, int32_t second);

// The Rounding of all output channels, with the memory that it points to.
class RoundingTable {
 public:
  // bias: of the sums; shifts: per channel, or one for all.
  RoundingTable(const std::vector<int32_t>& bias, const std::vector<int>& shifts,
                const Format& format);

  Rounding from(int out) const;

 private:
  std::vector<int32_t> init_;
  std::vector<int32_t> right_;
  std::vector<int32_t> left_;  // empty where no channel shifts left
  Format format_;
};

// Whether a convolution's inputs, moved up to 0 where they are signed, and its weights are bytes
// that the kernels multiply as quads.
bool takes_bytes(const Op& op, const Op& source, const Kernels& kernels);

// A convolution as a dense layer: per group of the convolution, sums over tuples of taps, which
// are pairs of int16 or quads of bytes.
struct DenseLayer {
  // One factor of a sum: pixel (dy, dx) from the output pixel, in channel `in` of the group.
  struct Tap {
    int in;
    int dy;
    int dx;
  };

  // `source`: the op that makes its inputs. They become quads where the kernels take quads, bytes
  // can hold them and the weights, and, if the kernels need chunks, these are faster than pairs.
  // `shifts`: left shifts of the sums, per channel, which the weights of pairs and the bias take
  // over.
  DenseLayer(const Op& op, const Op& source, const std::vector<int>& shifts,
             const Kernels& kernels);

  std::vector<Tap> taps;         // the same for each group
  std::vector<int32_t> weights;  // (groups, blocks of outs, tuples, outs of the block), or chunks
  std::vector<int32_t> blocks;   // of chunks: where each begins, per group and block; else empty
  std::vector<int32_t> bias;     // shifted as the sums are, less what `offset` adds to them
  std::vector<int32_t> left;     // of sums of quads, per channel; empty where there is none
  int outs;                      // of a group
  bool quads;
  int offset;  // is added to each input that becomes a byte
  int tuples;

  int tuple_size() const { return quads ? 4 : 2; }  // taps

  const int32_t* weights_of(int group) const {
    return weights.data() + (blocks.empty() ? size_t(group) * outs * tuples : 0);
  }
  const int32_t* blocks_of(int group) const {
    return blocks.empty() ? nullptr : blocks.data() + size_t(group) * blocks_of_group;
  }
  const int32_t* left_of(int group) const {
    return left.empty() ? nullptr : left.data() + size_t(group) * outs;
  }

 private:
  // Of all output channels, one for each tap.
  using Numbers = std::vector<int32_t>;

  // Whether the sums are faster so than by pairs; if they are, their chunks are the weights.
  bool take_chunks(const Op& op, const Op& source, const std::vector<int>& shifts,
                   const Kernels& kernels);
  void take_tuples(const Numbers& numbers, int groups, int dense_outs);
  void take_bias(const Op& op, const std::vector<int>& shifts);

  int blocks_of_group = 0;
};

// The convolution `op` with `offset` added to its values, whose format moves along.
Op with_offset(const Op& op, int offset);

// A depthwise convolution, in the order of srq::Depthwise.
struct DepthwiseLayer {
  explicit DepthwiseLayer(const Op& op);

  std::vector<int32_t> weights;
  std::vector<Fit> fits;
  int first_pair;
  int pairs;
};

}  // namespace srq
