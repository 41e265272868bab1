"""A picture in memory: its pixels, and what its file said about them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.errors import ImageError
from srq.image.coding import Coding
from srq.image.depth import Pixels, peak

# Where a profile says which colours it is for (ICC.1, 7.2), and what it says for them.
_ICC_SPACE = slice(16, 20)


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels as they are shown (upright), with what a file carries beside them.

    ``pixels`` are (H, W) for gray or (H, W, 3) for RGB, uint8 or uint16, and ``alpha``, if
    any, is (H, W) of the same type, not premultiplied. ``icc`` is a colour profile for just
    such pixels; ``exif`` is EXIF from its TIFF header on, and ``xmp`` XMP's XML, both without an
    orientation other than upright. ``coding`` says how the file held these pixels; it is None for
    pixels that are not those of a file. Raises ImageError if the parts do not fit together.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    coding: Coding | None = None
    xmp: bytes | None = None

    def __post_init__(self) -> None:
        """Check that the parts fit together."""
        peak(self.pixels.dtype)
        shape = self.pixels.shape
        if not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)) or 0 in shape:
            raise ImageError(
                f"A picture must be (height, width) or (height, width, 3) and not empty, but its "
                f"shape is {shape}."
            )
        alpha = self.alpha
        if alpha is not None and (alpha.shape != shape[:2] or alpha.dtype != self.pixels.dtype):
            raise ImageError(
                f"Alpha must be {self.pixels.dtype} of shape {shape[:2]} as the picture is, but "
                f"it is {alpha.dtype} of shape {alpha.shape}."
            )

    @property
    def is_gray(self) -> bool:
        """Whether there is one channel, not three."""
        return self.pixels.ndim == 2

    @property
    def is_transparent(self) -> bool:
        """Whether alpha is anywhere less than full."""
        return self.alpha is not None and int(self.alpha.min()) != peak(self.alpha.dtype)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    def channels(self) -> NDArray[Any]:
        """Pixels and alpha as one array: (H, W), or (H, W, 2), (H, W, 3) or (H, W, 4)."""
        return self.pixels if self.alpha is None else np.dstack([self.pixels, self.alpha])

    def on(self, background: int) -> "Picture":
        """The picture without alpha, laid over a gray level of its own type (0 is black)."""
        if self.alpha is None:
            return self
        top = peak(self.pixels.dtype)
        alpha = self.alpha.astype(np.uint64)
        if not self.is_gray:
            alpha = alpha[..., None]
        blended = (self.pixels * alpha + background * (top - alpha) + top // 2) // top
        pixels = blended.astype(self.pixels.dtype)
        return Picture(pixels, None, self.icc, self.exif, xmp=self.xmp)

    def without_notes(self) -> "Picture":
        """The picture without EXIF and XMP, which may say where it was taken, and by whom."""
        return replace(self, exif=None, xmp=None)


def fitting_profile(icc: bytes | None, gray: bool) -> bytes | None:
    """``icc`` if it describes gray (or else RGB) pixels, or None: another would mislead."""
    wanted = b"GRAY" if gray else b"RGB "
    return icc if icc is not None and icc[_ICC_SPACE] == wanted else None
