from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

interface: int

# The weights of red, green and blue, their denominator, and what is added: whole numbers.
Luma = tuple[Sequence[int], int, int]

# Pixels are (H, W) or (H, W, 3) of uint8 or uint16, without gaps.
def luma(pixels: NDArray[Any], out: NDArray[Any], luma: Luma, threads: int) -> None: ...

# part: top, bottom, left, right. made, out: the part, made larger; rows may stand apart, and of out
# RGB pixels by four samples, where the fourth is overwritten.
# first, weights: of each phase, the first tap and all weights.
def enlarge(
    pixels: NDArray[Any],
    part: tuple[int, int, int, int],
    made: NDArray[Any],
    out: NDArray[Any],
    first: Sequence[int],
    weights: Sequence[Sequence[float]],
    luma: Luma,
    span: float,
    gain: float,
    rounding: float,
    threads: int,
) -> None: ...

# rows: (n, bytes); above: (bytes); out: (n, 1 + bytes). pixel: the bytes of one.
def filter_png(rows: NDArray[Any], above: NDArray[Any], pixel: int, out: NDArray[Any]) -> None: ...

# Planes are (H, W, 1) or (H, W, 3) of float32, without gaps. Taps: of each output row or column,
# its first source sample, how many there are (int32), and their weights (length, most; float32).
Taps = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]

def resample(plane: NDArray[Any], vertical: Taps, horizontal: Taps, out: NDArray[Any]) -> None: ...
def convolve(padded: NDArray[Any], kernel: NDArray[Any], out: NDArray[Any]) -> None: ...

# codes, out: (H, W, 1) or (H, W, 3) of uint8, without gaps.
def lanczos(codes: NDArray[Any], out: NDArray[Any]) -> None: ...

# One sample after another, from 0 to 1 in float32. codes: uint8 or, for powers_of_codes, float64,
# which is divided by 255 first; table: 256 of float32.
def look_up(codes: NDArray[Any], table: NDArray[Any], out: NDArray[Any]) -> None: ...
def powers(values: NDArray[Any], exponent: float, out: NDArray[Any]) -> None: ...
def powers_of_codes(codes: NDArray[Any], exponent: float, out: NDArray[Any]) -> None: ...

# The same in codes, uint8: 255 times the power, or codes + scale * table[draws] clipped to 0..255,
# without what is behind the point. draws: uint16; table: 65,536 of float32.
def truncated_powers(values: NDArray[Any], exponent: float, out: NDArray[Any]) -> None: ...
def truncated_sums(
    codes: NDArray[Any],
    draws: NDArray[Any],
    table: NDArray[Any],
    scale: float,
    out: NDArray[Any],
) -> None: ...
