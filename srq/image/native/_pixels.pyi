from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

interface: int

# The weights of red, green and blue, their denominator, and what is added: whole numbers.
Luma = tuple[Sequence[int], int, int]

# Pixels are (H, W) or (H, W, 3) of uint8 or uint16, without gaps.
def luma(pixels: NDArray[Any], out: NDArray[Any], luma: Luma, threads: int) -> None: ...

# part: top, bottom, left, right. made, out: the part, made larger; rows may stand apart.
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
