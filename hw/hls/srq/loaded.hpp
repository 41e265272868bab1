// SPDX-License-Identifier: Apache-2.0
//
// The parameters of a process, in both builds: constants of the generated source, or registers
// that are filled over AXI-Lite.
//
// A process's registers of one kind are a shift register: a word enters at the end and all others
// move up. So filling them takes no address, and one short wire from register to register. They
// keep their contents from call to call; `load` says whether this call fills them first.
#ifndef SRQ_LOADED_HPP
#define SRQ_LOADED_HPP

#include "types.hpp"

// The last arguments of a process with parameters: the constants themselves, or the stream that
// brings them.
#ifdef SRQ_WEIGHTS_AXILITE
#define SRQ_CONSTANT_OR_LOADED(...) hls::stream<Word>&parameters, bool load
#else
#define SRQ_CONSTANT_OR_LOADED(...) __VA_ARGS__
#endif

namespace srq {

// Put a word into a shift register. That which entered first ends as the first.
template <class REGISTER, int SIZE> void shift_in(REGISTER (&registers)[SIZE], Word word) {
#pragma HLS INLINE
move_up:
    for (int r = 0; r + 1 < SIZE; ++r) {
#pragma HLS UNROLL
        registers[r] = registers[r + 1];
    }
    registers[SIZE - 1] = REGISTER(word);
}

} // namespace srq

#endif
