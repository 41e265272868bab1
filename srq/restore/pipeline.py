"""The whole way of an old photograph: defects, fill, translation, tone, composite."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from srq.errors import ConfigError, ImageError
from srq.image.depth import peak, quantize
from srq.image.picture import Picture
from srq.restore.defects import (
    Mask,
    Probabilities,
    find_defects,
    grown,
    probabilities_of,
    suspected,
)
from srq.restore.inpaint import inpaint
from srq.restore.stages import Networks
from srq.restore.tone import LUMA, Plane, find_tones
from srq.restore.translation import translate

ToneWay = Literal["auto", "keep", "gray"]
Part = Literal["scratches", "tone", "noise"]

_ROWS = 256
_UNSEEN = 0.5 / 255
"""The mean change up to which a photograph has no noise that is worth mending."""

_SEEN = 10.0 / 255
"""The change from which on a pixel that may be damaged was mended."""


@dataclass(frozen=True)
class Options:
    """How much is done.

    tone:     "auto" mends the tone where that is needed, "keep" leaves it, "gray" mends it and
              takes the colour away.
    only:     the one part to do; all where it is None. "noise" is what the translation does.
    strength: 0 leaves the photograph as it is, 1 takes the result.
    """

    tone: ToneWay = "auto"
    only: Part | None = None
    strength: float = 1.0

    @classmethod
    def named(cls, tone: str, only: str | None = None, strength: float = 1.0) -> "Options":
        """The options of these words; raises ConfigError for others."""
        if tone not in get_args(ToneWay):
            raise ConfigError(f"The tone must be auto, keep or gray, not {tone!r}.")
        if only is not None and only not in get_args(Part):
            raise ConfigError(
                f"The only part to do must be scratches, tone or noise, not {only!r}."
            )
        if not 0 <= strength <= 1:
            raise ConfigError(f"The strength must be from 0 to 1, not {strength:g}.")
        return cls(cast(ToneWay, tone), cast("Part | None", only), strength)

    def check(self, networks: Networks, *, masked: bool) -> None:
        """Raise ConfigError where the only part to do is one that nothing here does; ``masked``
        says whether a mask tells where the damage is."""
        wanting = "No network that {} ships; {}name a run folder of 'srq train restore'."
        if self.only == "scratches" and networks.detector is None and not masked:
            raise ConfigError(wanting.format("finds scratches", "give a mask of your own, or "))
        if self.only == "noise" and networks.translation is None:
            raise ConfigError(wanting.format("takes noise away", ""))

    def does(self, part: Part) -> bool:
        """Whether that part is to be done."""
        return self.only in (None, part)


@dataclass(frozen=True)
class Restored:
    """A restored picture, and what was done.

    mask:   uint8 (H, W), 255 where damage was mended.
    toned:  whether the tone changed.
    """

    picture: Picture
    mask: NDArray[np.uint8]
    toned: bool
    translated: bool

    @property
    def damaged(self) -> float:
        """The share of pixels that were damaged, of 1."""
        return float(np.count_nonzero(self.mask)) / self.mask.size

    @property
    def needed_nothing(self) -> bool:
        """Whether the picture is as it was."""
        return not (self.toned or self.translated or self.mask.any())


Progress = Callable[[int], None]


def restore_picture(
    picture: Picture,
    networks: Networks,
    options: Options = Options(),
    *,
    mask: NDArray[np.uint8] | None = None,
    progress: Progress | None = None,
) -> Restored:
    """``picture`` restored, of the same size, depth and kind, with all that it carries.

    ``mask`` (H, W) says where it is damaged, from 128 on; without it the detector finds out.
    ``progress(n)`` is called as n more of its pixels are done; what it raises stops the work.
    Raises ImageError where the mask has another size.
    """
    if mask is not None and mask.shape != picture.size:
        raise ImageError(
            f"A mask must be as large as its picture, {picture.size[1]} x {picture.size[0]}, but it"
            f" is {mask.shape[1]} x {mask.shape[0]}."
        )
    planes, top = _planes(picture), peak(picture.pixels.dtype)
    sure, hidden = _marks(planes, picture, networks, options, mask)
    mended = inpaint(planes, hidden) if hidden.any() else planes
    translated = False
    if networks.translation is not None and (options.does("noise") or hidden.any()):
        # What a user marks is damaged for certain: there is nothing to judge in it.
        shown = planes if mask is None else mended
        made = _translated(networks, shown, mended, sure, progress)
        if mask is None:
            hidden &= grown(_seen(made, planes))
        translated = options.does("noise") and _differ(made, planes, ~hidden)
        if translated:
            mended = made
        else:
            planes[hidden] = made[hidden]
            mended = planes
    # Last: what a picture has faded from is seen the better, the less damage lies over it.
    toned = _toned(mended, picture, networks, options)
    if progress is not None:
        progress(0)
    damage = np.where(hidden, np.uint8(255), np.uint8(0))
    if not (toned or translated or hidden.any()):
        return Restored(picture, damage, toned=False, translated=False)
    pixels = _mixed(picture.pixels, mended, top, options.strength)
    restored = replace(picture, pixels=pixels, coding=None)
    return Restored(restored, damage, toned, translated)


def _planes(picture: Picture) -> Plane:
    """The pixels from 0 to 1, (H, W, 3) or, of gray ones, (H, W, 1)."""
    planes = picture.pixels.astype(np.float32)
    planes /= np.float32(peak(picture.pixels.dtype))
    return planes.reshape(*picture.size, -1)


def _toned(planes: Plane, picture: Picture, networks: Networks, options: Options) -> bool:
    """Mend the tone in place; whether there was anything to mend."""
    if options.tone == "keep" or not options.does("tone"):
        return False
    tones = None if networks.tone is None else find_tones(networks.tone, _coloured(planes))
    if tones is not None:
        for start in range(0, len(planes), _ROWS):
            rows = planes[start : start + _ROWS]
            coloured = _coloured(rows).copy()
            tones.apply(coloured)
            rows[...] = coloured if rows.shape[2] == 3 else (coloured @ LUMA)[..., None]
    if options.tone == "gray" and not picture.is_gray:
        planes[...] = (planes @ LUMA)[..., None]
        return True
    return tones is not None


def _marks(
    planes: Plane,
    picture: Picture,
    networks: Networks,
    options: Options,
    mask: NDArray[np.uint8] | None,
) -> tuple[Probabilities, Mask]:
    """How surely the picture is damaged, and where it is to be filled; nowhere below full
    transparency.

    With a translation, that is wherever it may be damaged: the translation judges what was filled
    in. Without, it is where that is sure enough.
    """
    sure, hidden = np.zeros(picture.size, np.float32), np.zeros(picture.size, np.bool_)
    if options.does("scratches"):
        if mask is not None:
            hidden = mask >= 128
            sure = hidden.astype(np.float32)
        elif networks.detector is not None:
            seen = np.broadcast_to(planes, (*picture.size, 3))
            if networks.translation is None:
                hidden = find_defects(networks.detector, seen)
            else:
                sure = probabilities_of(networks.detector, seen)
                hidden = suspected(sure)
    if picture.alpha is not None:
        sure[picture.alpha == 0] = 0
        hidden &= picture.alpha > 0
    return sure, hidden


def _translated(
    networks: Networks,
    planes: Plane,
    filled: Plane,
    sure: Probabilities,
    progress: Progress | None,
) -> Plane:
    made = translate(networks.translation, _coloured(planes), _coloured(filled), sure, progress)
    return made if planes.shape[2] == 3 else (made @ LUMA)[..., None]


def _coloured(planes: Plane) -> Plane:
    """(H, W, 3), of gray planes too."""
    return planes if planes.shape[2] == 3 else np.repeat(planes, 3, axis=2)


def _seen(a: Plane, b: Plane) -> Mask:
    """Where two pictures differ by _SEEN in any colour."""
    seen = np.empty(a.shape[:2], np.bool_)
    for start in range(0, len(a), _ROWS):
        rows = slice(start, start + _ROWS)
        seen[rows] = np.abs(a[rows] - b[rows]).max(2) >= _SEEN
    return seen


def _differ(a: Plane, b: Plane, where: Mask) -> bool:
    """Whether two pictures differ by more than _UNSEEN in the mean of what is ``where``."""
    total = 0.0
    for start in range(0, len(a), _ROWS):
        rows = slice(start, start + _ROWS)
        total += float(np.abs(a[rows] - b[rows])[where[rows]].sum())
    return total > _UNSEEN * a.shape[2] * np.count_nonzero(where)


def _mixed(pixels: NDArray[Any], restored: Plane, top: int, strength: float) -> NDArray[Any]:
    """Code values ``strength`` of the way from what was to what is."""
    mixed = np.empty_like(pixels)
    shape = (-1, *pixels.shape[1:])
    for start in range(0, len(pixels), _ROWS):
        rows = slice(start, start + _ROWS)
        before = pixels[rows].astype(np.float64)
        after = restored[rows].reshape(shape).astype(np.float64) * top
        mixed[rows] = quantize(before + strength * (after - before), pixels.dtype)
    return mixed
