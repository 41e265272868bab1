"""Training pairs held compactly: all LR luma in one flat array, all HR luma in another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.errors import DataError

Luma = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class LumaPool:
    """Pairs of LR luma (h, w) and HR luma (scale * h, scale * w), uint8.

    ``lr`` and ``hr`` are flat; row i of ``index``, int64 (n, 4), holds the height and width of
    LR picture i and where it and its HR begin. Several LR may share one HR. ``skipped`` has a
    sentence for each picture that was too small. ``fingerprint`` names the content: equal
    fingerprints, equal pools.
    """

    scale: int
    lr: Luma
    hr: Luma
    index: NDArray[np.int64]
    fingerprint: str
    skipped: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.index)

    def pair(self, i: int) -> tuple[Luma, Luma]:
        """Views of LR picture ``i`` (h, w) and its HR (scale * h, scale * w)."""
        height, width, lr_start, hr_start = (int(number) for number in self.index[i])
        s = self.scale
        lr = self.lr[lr_start : lr_start + height * width]
        hr = self.hr[hr_start : hr_start + s * s * height * width]
        return lr.reshape(height, width), hr.reshape(s * height, s * width)

    @property
    def smallest_side(self) -> int:
        """The smallest height or width of any LR picture: no crop may be larger."""
        return int(self.index[:, :2].min())


def assemble(
    groups: Iterable[tuple[Luma, Sequence[Luma]]],
    *,
    scale: int,
    fingerprint: str,
    skipped: Sequence[str] = (),
) -> LumaPool:
    """A pool of ``groups``, each an HR picture with the LR pictures made from it.

    Raises DataError if a size does not match, or there is no pair at all.
    """
    lr_parts: list[Luma] = []
    hr_parts: list[Luma] = []
    rows: list[tuple[int, int, int, int]] = []
    lr_end = hr_end = 0
    for hr, lrs in groups:
        for lr in lrs:
            height, width = lr.shape
            if hr.shape != (scale * height, scale * width):
                raise DataError(
                    f"An LR picture of {width}x{height} needs an HR of "
                    f"{scale * width}x{scale * height} at scale {scale}, "
                    f"not {hr.shape[1]}x{hr.shape[0]}."
                )
            rows.append((height, width, lr_end, hr_end))
            lr_parts.append(lr.reshape(-1))
            lr_end += lr.size
        if len(lrs):
            hr_parts.append(hr.reshape(-1))
            hr_end += hr.size
    if not rows:
        why = f" {skipped[0]}" if skipped else ""
        raise DataError(f"No training pair is left; add larger pictures or shrink the crop.{why}")
    return LumaPool(
        scale,
        np.concatenate(lr_parts),
        np.concatenate(hr_parts),
        np.array(rows, np.int64),
        fingerprint,
        tuple(skipped),
    )
