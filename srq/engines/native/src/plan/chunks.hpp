// Sums of products of bytes that int16 can hold, for Quads::chunks.
#pragma once

#include <cstdint>
#include <vector>

namespace srq {

// The least and the greatest that an input can be, 0 to 255.
struct ByteRange {
  int lo;
  int hi;
};

// The weights of a block of output channels as srq::Dense has them for Quads::chunks.
struct Chunks {
  std::vector<int32_t> words;
  int count = 0;
};

// `weights`: of each output channel, a number from -128 to 127 for each of `inputs`, four to a
// tuple. `tuple_size`: how far apart tuples are.
//
// A chunk is the products of two tuples of inputs, added in int16. Whatever the inputs are within
// their ranges, no product saturates and no chunk leaves int16: the negative products of a lane and
// its positive ones fit it by themselves. A tuple that does not fit even alone becomes two terms of
// half the weights; one that fits with no other is alone in its chunk.
Chunks chunks_of(const std::vector<const int32_t*>& weights, const std::vector<ByteRange>& inputs,
                 int tuple_size);

}  // namespace srq
