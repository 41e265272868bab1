"""How near a restored picture is to the one that came."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.image.colour import luma
from srq.image.metrics import psnr, ssim
from srq.image.ssimulacra2 import ssimulacra2

_SSIM_LEAST = 11

_SIDE = 256
"""What SSIMULACRA2 needs for its six scales: of smaller pictures its weights meet other scales, and
a page of text at a third of its size passes as high quality."""


@dataclass(frozen=True)
class Fidelity:
    """SSIMULACRA2 of RGB; PSNR in dB and SSIM of studio-range luma."""

    ssimulacra2: float
    psnr: float
    ssim: float


def fidelity(original: NDArray[np.uint8], restored: NDArray[np.uint8]) -> Fidelity:
    """That of ``restored`` (H, W, 3) against ``original``; both at least 8 x 8 pixels.

    SSIMULACRA2 of pictures below 256 pixels on a side is taken of their mirrored continuation.
    """
    a, b = luma(original), luma(restored)
    likeness = ssim(a, b) if min(a.shape) >= _SSIM_LEAST else float("nan")
    score = ssimulacra2(_mirrored(original), _mirrored(restored))
    return Fidelity(score, psnr(a, b), likeness)


def _mirrored(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``pixels``, mirrored on until both sides have ``_SIDE`` pixels at least."""
    down, across = (max(0, _SIDE - side) for side in pixels.shape[:2])
    if down or across:
        return np.pad(pixels, ((0, down), (0, across), (0, 0)), mode="symmetric")
    return pixels
