// SPDX-License-Identifier: Apache-2.0
//
// A block as a memory holds it: in whole words. A lane has any number of bits, and a memory can
// write a part of a word only where that is bytes. So a word is read once, packed and unpacked
// beside the memory, and written once.
#ifndef SRQ_WORDS_HPP
#define SRQ_WORDS_HPP

#include "types.hpp"

namespace srq {

// The widest integer that the tools take as they come.
static const int WIDEST = 1024;

// The words of a block: COUNT of them, as alike as can be, of LANES lanes each. The last lanes of
// the last one may be empty.
template <class VALUE> struct Words {
    static const int WIDTH = VALUE::Format::WIDTH;
    static const int MOST = WIDEST / WIDTH;
    static const int COUNT = (VALUE::LANES + MOST - 1) / MOST;
    static const int LANES = (VALUE::LANES + COUNT - 1) / COUNT;
#ifdef SRQ_FAST
    typedef Block<typename VALUE::Lane, LANES> Word;
#else
    typedef ap_uint<LANES * WIDTH> Word;
#endif
};

// Lane l of a word.
template <class VALUE>
typename VALUE::Lane lane_of(const typename Words<VALUE>::Word& word, int l) {
#pragma HLS INLINE
#ifdef SRQ_FAST
    return word.lane[l];
#else
    return typename VALUE::Lane(word.range((l + 1) * Words<VALUE>::WIDTH - 1, l * Words<VALUE>::WIDTH));
#endif
}

// Word w of a block.
template <class VALUE>
typename Words<VALUE>::Word word_of(const typename VALUE::Pixel& block, int w) {
#pragma HLS INLINE
    typedef Words<VALUE> W;
#ifdef SRQ_FAST
    typename W::Word word = {};
#else
    typename W::Word word = 0;
#endif
lanes:
    for (int l = 0; l < W::LANES; ++l) {
#pragma HLS UNROLL
        if (w * W::LANES + l < VALUE::LANES) {
#ifdef SRQ_FAST
            word.lane[l] = block.lane[w * W::LANES + l];
#else
            word.range((l + 1) * W::WIDTH - 1, l * W::WIDTH) = block.lane[w * W::LANES + l];
#endif
        }
    }
    return word;
}

} // namespace srq

#endif
