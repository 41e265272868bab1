"""From an exact sum back to a format: round half up, then saturate.

This is ap_fixed with the modes AP_RND and AP_SAT, and the only rounding in srq.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from srq.fixed.format import Format

MAX_SHIFT = 31
"""The longest shift, either way."""


def requantize(acc: ArrayLike, shift: int, fmt: Format) -> NDArray[np.int32]:
    """``acc`` divided by 2^shift, rounded half up, and saturated to ``fmt``.

    acc:   integers of any shape and any integer type but uint64.
    shift: -31..31. For shift > 0 the result is (acc + 2^(shift-1)) >> shift, an arithmetic
           shift: -1.5 gives -1, -0.5 gives 0, 0.5 gives 1, 1.5 gives 2. For shift <= 0 it is
           acc * 2^-shift.

    Returns int32 of acc's shape, each within ``fmt.lo .. fmt.hi``. No step can overflow,
    whatever ``acc`` is. Raises ValueError for a shift out of range, TypeError for a type
    that is not one of the integers above.
    """
    acc = _integers(acc)
    if not -MAX_SHIFT <= shift <= MAX_SHIFT:
        raise ValueError(f"A shift must be {-MAX_SHIFT} to {MAX_SHIFT}, not {shift}.")
    if shift > 0:
        # floor((acc + 2^(shift-1)) / 2^shift), written so that the sum cannot overflow: the
        # highest of the bits shifted out is the carry.
        return saturate((acc >> shift) + ((acc >> (shift - 1)) & 1), fmt)
    # What lies outside the format before a left shift lies outside it after: saturated first,
    # the shift cannot overflow 64 bits.
    return saturate(saturate(acc, fmt).astype(np.int64) << -shift, fmt)


def saturate(values: ArrayLike, fmt: Format) -> NDArray[np.int32]:
    """``values`` brought into ``fmt.lo .. fmt.hi``: below gives lo, above gives hi.

    Takes integers of any shape and any integer type but uint64; returns int32 of that shape.
    Raises TypeError for any other type.
    """
    return np.clip(_integers(values), fmt.lo, fmt.hi).astype(np.int32, copy=False)


def _integers(values: ArrayLike) -> NDArray[np.signedinteger]:
    """``values`` as int32 or int64, unchanged in value."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu" or array.dtype == np.uint64:
        raise TypeError(f"Fixed-point arithmetic takes signed integers, not {array.dtype}.")
    return array if array.dtype.name in ("int32", "int64") else array.astype(np.int64)
