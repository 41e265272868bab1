// SPDX-License-Identifier: Apache-2.0
//
// The contract's only rounding and only saturation.
#ifndef SRQ_REQUANTIZE_HPP
#define SRQ_REQUANTIZE_HPP

#include "types.hpp"

namespace srq {

// value * 2^places for 0 <= places <= 31, where the result is proved to fit SUM.
template <class SUM> SUM shifted_left(SUM value, int places) {
#pragma HLS INLINE
#ifdef SRQ_FAST
    return SUM(std::uint32_t(value) << places); // defined for negative values too
#else
    return SUM(value << places);
#endif
}

// A sum brought to FORMAT: divided by 2^shift, halves up, then saturated. A negative shift
// multiplies. The half and the left shift are in the proof: they cannot overflow SUM.
template <class FORMAT, class SUM> typename FORMAT::Lane requantize(SUM sum, int shift) {
#pragma HLS INLINE
    SUM nearest;
    if (shift > 0) {
        nearest = SUM((sum + shifted_left<SUM>(SUM(1), shift - 1)) >> shift);
    } else {
        nearest = shifted_left<SUM>(sum, -shift);
    }
    if (FORMAT::SATURATES) {
        if (nearest < FORMAT::LO) {
            return typename FORMAT::Lane(FORMAT::LO);
        }
        if (nearest > FORMAT::HI) {
            return typename FORMAT::Lane(FORMAT::HI);
        }
    }
    return typename FORMAT::Lane(nearest);
}

} // namespace srq

#endif
