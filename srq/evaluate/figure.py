"""The side-by-side figure: a picture, and one crop of it as each model makes it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.datasets.protocol import modcrop
from srq.degrade.kinds.compression.jpeg import jpeg
from srq.errors import ConfigError, DataError
from srq.evaluate.engine import Bicubic, Engine, Luma
from srq.evaluate.measure import upscaled
from srq.evaluate.panels import Panel, draw
from srq.evaluate.sources import Source
from srq.evaluate.suite import CLEAN, Case, Suite
from srq.image.colour import rgb_to_ycbcr, ycbcr_to_rgb
from srq.image.depth import quantize
from srq.image.metrics import psnr, ssim
from srq.image.resize import bicubic


@dataclass(frozen=True)
class Crop:
    """A square of an HR picture, in pixels from its top left corner."""

    left: int
    top: int
    size: int

    def of(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The square's pixels."""
        return picture[self.top : self.top + self.size, self.left : self.left + self.size]

    @classmethod
    def parse(cls, text: str) -> "Crop":
        """A crop from LEFT,TOP,SIZE; ConfigError if the text is no such thing."""
        parts = text.split(",")
        if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
            raise ConfigError(f"A crop must be LEFT,TOP,SIZE in pixels, not '{text}'.")
        return cls(*(int(part) for part in parts))


def figure(
    engines: Sequence[Engine],
    suite: Suite,
    picture: str | None = None,
    *,
    crop: Crop | None = None,
    condition: str | None = None,
) -> NDArray[np.uint8]:
    """The figure of ``picture``, as ``Suite.source`` finds it, uint8 (H, W, 3).

    HR, bicubic and every engine follow each other, captioned with the PSNR and SSIM of the
    whole picture's luma. Without a ``crop`` the square is taken where bicubic is worst; without
    a ``condition`` the suite's middle one is. Colour is upscaled bicubically, as the paper
    does. Raises DataError for a picture of a manifest or one that the crop does not fit into,
    ConfigError for a condition that the suite does not have.
    """
    source = suite.shown if picture is None else suite.source(picture)
    picture = f"{source.set}/{source.name}"
    if source.lows:
        raise DataError("A figure takes a picture of a test set or folder, not of a manifest.")
    case = _case(suite, source, condition)
    whole = modcrop(source.read(), suite.scale)
    made = {engine.name: upscaled(engine, case) for engine in [Bicubic(suite.scale), *engines]}
    if crop is None:
        crop = _worst(case.hr, made["bicubic"], min(72, *case.hr.shape))
    if crop.size < 1 or crop.of(case.hr).shape != (crop.size, crop.size):
        raise DataError(
            f"The crop {crop.left},{crop.top},{crop.size} does not lie inside {picture}, which"
            f" is {case.hr.shape[1]}x{case.hr.shape[0]}; choose another."
        )
    chroma = _chroma(whole, case, suite.scale)
    panels = [Panel(crop.of(_rgb(whole)), "HR", "PSNR / SSIM")]
    best = max(psnr(luma, case.hr, shave=suite.scale) for luma in made.values())
    for name, luma in made.items():
        quality = psnr(luma, case.hr, shave=suite.scale)
        figures = f"{quality:.2f} dB / {ssim(luma, case.hr, shave=suite.scale):.4f}"
        shown = crop.of(_coloured(luma, chroma))
        panels.append(Panel(shown, name, figures, is_best=quality == best))
    title = f"{picture}, x{suite.scale}"
    if case.condition != CLEAN:
        title += f", JPEG quality {case.condition.removeprefix('Q')}"
    return draw(_rgb(whole), (crop.left, crop.top, crop.size), title, panels)


def _case(suite: Suite, source: Source, condition: str | None) -> Case:
    wanted = condition or suite.conditions[len(suite.conditions) // 2]
    for case in suite.cases(source):
        if case.condition == wanted:
            return case
    raise ConfigError(
        f"There is no condition '{wanted}'; choose one of {', '.join(suite.conditions)}."
    )


def _worst(hr: Luma, bicubic_made: Luma, size: int) -> Crop:
    """The square of ``size`` in which bicubic errs most."""
    error = (hr.astype(np.float64) - bicubic_made) ** 2
    sums = np.zeros((hr.shape[0] + 1, hr.shape[1] + 1))
    sums[1:, 1:] = error.cumsum(0).cumsum(1)
    boxes = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    top, left = np.unravel_index(np.argmax(boxes), boxes.shape)
    return Crop(int(left), int(top), size)


def _chroma(whole: NDArray[np.uint8], case: Case, scale: int) -> NDArray[np.float64] | None:
    """Cb and Cr of LR, upscaled bicubically; None for a gray picture."""
    if whole.ndim == 2:
        return None
    low = bicubic(whole, scale=1 / scale)
    if case.condition != CLEAN:
        low = jpeg(low, int(case.condition.removeprefix("Q")))
    return bicubic(rgb_to_ycbcr(low)[..., 1:], scale=scale)


def _coloured(luma: Luma, chroma: NDArray[np.float64] | None) -> NDArray[np.uint8]:
    if chroma is None:
        return _rgb(luma)
    return quantize(ycbcr_to_rgb(np.dstack([luma, chroma])), np.uint8)


def _rgb(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.dstack([picture] * 3) if picture.ndim == 2 else picture
