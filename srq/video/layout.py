"""What the planes of a video frame are."""

import re
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import DTypeLike

from srq.errors import VideoError

_NAME = re.compile(r"(?:gray|yuvj?(4[0-4]{2})p)(9|10|12|14|16)?(?:le)?")

# Luma pixels to a chroma sample, across and down, by the name of the subsampling.
_STEPS = {"420": (2, 2), "422": (2, 1), "444": (1, 1), "440": (1, 2), "411": (4, 1), "410": (4, 4)}


@dataclass(frozen=True)
class Layout:
    """Planar YCbCr or gray: ``bits`` of a sample, and the chroma's subsampling.

    subsampling: a key of the usual names ("420", "444" ...); None is gray, one plane.
    centred:     whether chroma lies between the luma pixels it stands for from left to right,
                 as in JPEG, or on the left one of them, as in MPEG-2 and all after it.
    """

    bits: int
    subsampling: str | None = None
    centred: bool = False

    @classmethod
    def named(cls, name: str) -> "Layout | None":
        """The layout of FFmpeg's pixel format ``name``; None if its planes are others."""
        found = _NAME.fullmatch(name)
        if found is None or (found[1] is not None and found[1] not in _STEPS):
            return None
        return cls(int(found[2] or 8), found[1])

    @property
    def name(self) -> str:
        """FFmpeg's name of the pixel format."""
        deep = "" if self.bits == 8 else f"{self.bits}le"
        return f"gray{deep}" if self.subsampling is None else f"yuv{self.subsampling}p{deep}"

    @property
    def dtype(self) -> DTypeLike:
        """The type of a sample."""
        return np.uint8 if self.bits == 8 else np.uint16

    @property
    def steps(self) -> tuple[int, int]:
        """Luma pixels to a chroma sample, across and down."""
        return (1, 1) if self.subsampling is None else _STEPS[self.subsampling]

    def shapes(self, height: int, width: int) -> list[tuple[int, int]]:
        """The shapes of a frame's planes: luma, and chroma twice, rounded up."""
        if self.subsampling is None:
            return [(height, width)]
        across, down = self.steps
        chroma = (-(-height // down), -(-width // across))
        return [(height, width), chroma, chroma]

    def chroma_shift(self, scale: int, *, centred: bool) -> tuple[Fraction, Fraction]:
        """How far down and to the right of its usual place a larger plane's chroma is taken.

        In source samples. ``centred`` is where it lies in the result. The usual place is that of
        pictures, where it is centred before and after.
        """
        across, half = self.steps[0], Fraction(1, 2)
        before, after = (
            Fraction(across - 1, 2) * is_centred for is_centred in (self.centred, centred)
        )
        place = ((after + half) / scale - half - before) / across
        return Fraction(0), place - Fraction(1 - scale, 2 * scale)


def checked_size(
    layout: Layout, source: tuple[int, int], scale: int, width: int | None, height: int | None
) -> tuple[int, int]:
    """The result's height and width: ``scale`` times ``source``, or as the user asked.

    Of one side alone the other follows, in proportion and as subsampling needs it. Raises
    VideoError for a side that chroma cannot have.
    """
    if width is None and height is None:
        return source[0] * scale, source[1] * scale
    across, down = layout.steps
    if width is None and height is not None:
        width = across * max(1, round(Fraction(height * source[1], source[0] * across)))
    elif height is None and width is not None:
        height = down * max(1, round(Fraction(width * source[0], source[1] * down)))
    assert width is not None
    assert height is not None
    if width % across or height % down:
        raise VideoError(
            f"A {layout.name} video must have a width that is a multiple of {across} and a height"
            f" that is one of {down}, not {width} x {height}; choose another size."
        )
    return height, width
