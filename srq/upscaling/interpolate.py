"""Bicubic enlargement as a Program, so that the engines run it: chroma goes this way.

The kernel is that of ``srq.image.resize`` (Keys', a = -0.5), and so are the borders, mirrored.
At x2 its weights are whole numbers over 2^14 and the result is exact, rounded half up once;
elsewhere, and where samples are taken off their place, weights are rounded to the 15 bits that
they have, and their sum stays 1.
"""

from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.engines import AUTO, open_engine
from srq.errors import ProgramError
from srq.fixed import Format
from srq.program import Conv, Input, Output, PixelShuffle, Program, Requantize
from srq.upscaling.engine import Blockwise

_TAPS = 2
"""Pixels that a phase can see to each side of the one it belongs to."""

_WEIGHT_BITS = 16


def bicubic_program(
    scale: int, bits: int, shift: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))
) -> Program:
    """A Program that makes a plane of ``bits`` bits ``scale`` times larger by bicubic.

    ``shift``: how many source pixels further down and to the right of its usual place each
    sample of the result is taken, less than 1/2.
    """
    phases = [_phases(scale, offset) for offset in shift]
    kernels = [
        [[down * across for across in columns] for down in rows]
        for rows in phases[0]
        for columns in phases[1]
    ]
    exact = max(weight.denominator for k in kernels for row in k for weight in row)
    finest = _WEIGHT_BITS - 1
    if exact.bit_count() == 1:
        finest = min(finest, exact.bit_length() - 1)
    for frac in range(finest, 0, -1):
        try:
            return _program(scale, bits, kernels, frac)
        except ProgramError:  # Weights or accumulators have no room for what is this fine.
            continue
    raise AssertionError("a kernel of one fraction bit always fits")


class Interpolation:
    """``bicubic_program`` made ready to run on planes of any size: unsigned of ``bits`` bits."""

    def __init__(
        self,
        scale: int,
        bits: int,
        shift: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0)),
        *,
        engine: str = AUTO,
        threads: int | None = None,
    ) -> None:
        opened = open_engine(bicubic_program(scale, bits, shift), engine, threads)
        self._run = opened if opened.streams else Blockwise(opened)
        self._edge = _TAPS * scale

    def __call__(self, plane: NDArray[Any]) -> NDArray[Any]:
        """``plane`` (H, W) as (scale * H, scale * W), of the same type."""
        edge = self._edge
        return self._run(np.pad(plane, _TAPS, "symmetric"))[edge:-edge, edge:-edge]


def _phases(scale: int, offset: Fraction) -> list[list[Fraction]]:
    """The weights of the source pixels -_TAPS.._TAPS in each of ``scale`` samples of a pixel."""
    places = [Fraction(2 * r + 1 - scale, 2 * scale) + offset for r in range(scale)]
    if any(floor(place) not in (-1, 0) for place in places):
        raise AssertionError("a sample is taken too far from its pixel")
    return [[_cubic(abs(place - tap)) for tap in range(-_TAPS, _TAPS + 1)] for place in places]


def _cubic(x: Fraction) -> Fraction:
    if x < 1:
        return (3 * x**3 - 5 * x**2 + 2) / 2
    return (-(x**3) + 5 * x**2 - 8 * x + 4) / 2 if x < 2 else Fraction(0)


def _program(scale: int, bits: int, kernels: list[list[list[Fraction]]], frac: int) -> Program:
    weights = np.stack([_rounded(kernel, frac) for kernel in kernels])[:, None]
    plane = Format(False, bits, bits)
    return Program(
        [
            Input("lr", plane),
            Conv("sum", "lr", weights, weight_bits=_WEIGHT_BITS, weight_frac=frac),
            PixelShuffle("shuffled", "sum", scale),
            Requantize("rounded", "shuffled", plane),
            Output("hr", "rounded"),
        ],
        name=f"bicubic-x{scale}",
    )


def _rounded(kernel: list[list[Fraction]], frac: int) -> NDArray[np.int64]:
    """The weights times 2^frac as whole numbers; the largest takes what is missing in the sum."""
    whole = np.array([[floor(w * 2**frac + Fraction(1, 2)) for w in row] for row in kernel])
    whole[np.unravel_index(whole.argmax(), whole.shape)] += 2**frac - whole.sum()
    return whole
