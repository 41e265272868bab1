"""The planes of a frame -> the planes of a larger frame.

Luma goes through the network, chroma through bicubic, each sample where its layout has it.
Luma of more than 8 bits meets a program of 8 as 16-bit pictures do (docs/guide/upscale.md):
bicubic, plus what the network adds to bicubic on luma rounded to 8 bits, less what is but rounding.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.engines import AUTO, Engine
from srq.errors import ConfigError
from srq.image.resize import bicubic
from srq.upscaling.detail import ROUNDING
from srq.upscaling.interpolate import Interpolation
from srq.video.layout import Layout

Planes = Sequence[NDArray[Any]]

_ROWS = 16
"""Rows of luma at a time, so that sums stay in the processor's cache."""


class FrameEnlarger:
    """Makes frames of one layout larger; safe to call from several threads."""

    def __init__(
        self,
        engine: Engine,
        layout: Layout,
        size: tuple[int, int] | None = None,
        *,
        centred: bool = False,
        interpolator: str = AUTO,
        threads: int | None = None,
    ) -> None:
        """``size``: the result's height and width, by a final bicubic; None is the engine's.

        ``centred``: whether the result's chroma lies between luma pixels, as in JPEG.
        ``interpolator``: the engine that chroma runs on. Raises ConfigError if the program is
        neither of the layout's bits nor of 8.
        """
        formats = engine.program.input_value.format, engine.program.output_value.format
        self._direct = formats[0].bits == formats[1].bits == layout.bits
        if not self._direct and (formats[0].bits, formats[1].bits) != (8, 8):
            raise ConfigError(
                f"The program '{engine.program.name}' reads {formats[0]} and writes {formats[1]},"
                f" but the video has {layout.bits} bits; choose a model of that many or of 8."
            )
        self._engine = engine
        self._layout = layout
        self._size = size
        options = {"engine": interpolator, "threads": threads}
        self._chroma = None
        if layout.subsampling is not None:
            shift = layout.chroma_shift(engine.scale, centred=centred)
            self._chroma = Interpolation(engine.scale, layout.bits, shift, **options)
        # Sums are taken finer than the luma is, and 15 bits are what engines are fast with.
        self._fine = max(15, layout.bits)
        self._deep = None if self._direct else Interpolation(engine.scale, self._fine, **options)

    def __call__(self, planes: Planes) -> list[NDArray[Any]]:
        """The larger planes, of the same layout."""
        height, width = planes[0].shape
        scale = self._engine.scale
        large = [self._luma(np.ascontiguousarray(planes[0]))]
        shapes = self._layout.shapes(height * scale, width * scale)
        for plane, (rows, columns) in zip(planes[1:], shapes[1:], strict=True):
            assert self._chroma is not None
            large.append(self._chroma(plane)[:rows, :columns])
        if self._size is None or self._size == shapes[0]:
            return large
        sized = self._layout.shapes(*self._size)
        return [
            np.minimum(bicubic(np.ascontiguousarray(plane), size=size), self._peak)
            for plane, size in zip(large, sized, strict=True)
        ]

    @property
    def _peak(self) -> int:
        return (1 << self._layout.bits) - 1

    def _luma(self, plane: NDArray[Any]) -> NDArray[Any]:
        if self._deep is None:
            return self._engine(plane)
        wider, unit = self._fine - self._layout.bits, 1 << (self._fine - 8)
        whole = plane << wider
        codes = (np.minimum(whole, 256 * unit - 1 - unit // 2) + unit // 2) // unit
        made = self._engine(codes.astype(np.uint8))
        smooth, base = self._deep(codes * unit), self._deep(whole)
        large = np.empty(base.shape, np.uint16)
        half, threshold = (1 << wider) >> 1, int(ROUNDING * unit)
        for top in range(0, len(base), _ROWS):
            rows = slice(top, top + _ROWS)
            detail = made[rows].astype(np.int32) * unit - smooth[rows]
            size = np.abs(detail)
            kept = np.minimum(size, 2 * np.maximum(size - threshold, 0))
            total = (base[rows] + np.sign(detail) * kept + half) >> wider
            large[rows] = np.clip(total, 0, self._peak)
        return large
