"""Resampling to another size by one of nine filters, in light."""

import threading
import weakref

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Applied, Degradation, Exact, Pixels, Setting
from srq.degrade.kinds.resampling.filters import NAMES, nearest_index, taps
from srq.degrade.parameters import Choice, Number
from srq.image.planes import Plane, codes_of_light, from_light, resample, to_light

Size = tuple[int, int]

FILTER = Choice("filter", NAMES)
FACTOR = Number("factor", 0, 16, default=0)
GAMMA = Number("gamma", 1, 2.5, default=2.2)
"""What resize, down_up and up_down have in common. A factor of 0 means the size of LR."""

_OF = Choice("of", ("picture", "lr"), default="picture")  # what the factor multiplies


def resize(
    picture: Pixels, size: Size, name: str, gamma: float = 2.2, exact: Exact = "default"
) -> Pixels:
    """(H, W) or (H, W, 3) resampled to ``size`` (height, width) by the filter called ``name``.

    Filters weigh light, ``(code / 255) ** gamma``; what they overshoot is clipped. ``nearest``
    chooses pixels and has no gamma. The result is float64 in code values or, with ``exact`` as
    "seed", uint8, truncated.
    """
    return resize_in_turn(picture, ((size, name),), gamma, exact)


def resize_in_turn(
    picture: Pixels, turns: tuple[tuple[Size, str], ...], gamma: float, exact: Exact
) -> Pixels:
    """As ``resize``, by one filter after the other; in between nothing is rounded."""
    values: Pixels | Plane = picture
    *before, (size, name) = turns
    for between, first in before:
        values = _values(values, between, first, gamma)
    shape = (*size, *picture.shape[2:])
    if exact == "seed":
        return _codes(values, size, name, gamma).reshape(shape)
    return _values(values, size, name, gamma).reshape(shape).astype(np.float64) * 255.0


def scaled_size(size: Size, factor: float, setting: Setting) -> Size:
    """``size`` (height, width) times ``factor``, at least 1x1: rounded or, as the seeds' tools
    have it, truncated. A factor of 0 gives the size of LR."""
    height, width = size
    if factor == 0:
        return setting.lr or (max(1, height // setting.scale), max(1, width // setting.scale))
    half = 0.0 if setting.exact == "seed" else 0.5
    return (max(1, int(height * factor + half)), max(1, int(width * factor + half)))


def _values(picture: Pixels, size: Size, name: str, gamma: float) -> Plane:
    """The picture at ``size``, from 0 to 1."""
    if name == "nearest":
        chosen = _nearest(picture, size)
        if chosen.dtype == np.uint8:
            chosen = np.take(_VALUES, chosen)
        elif chosen.dtype != np.float32:
            chosen = np.clip(chosen.astype(np.float32) / np.float32(255), 0, 1)
        return chosen.reshape(*size, -1)
    return from_light(_resampled(picture, size, name, gamma), gamma)


def _codes(picture: Pixels, size: Size, name: str, gamma: float) -> NDArray[np.uint8]:
    """The picture at ``size``, in code values, truncated."""
    if name != "nearest":
        return codes_of_light(_resampled(picture, size, name, gamma), gamma)
    if picture.dtype == np.uint8:
        return _nearest(picture, size)  # Of a code over 255, times 255, truncation leaves the code.
    return (_values(picture, size, name, gamma) * np.float32(255)).astype(np.uint8)


_VALUES = np.arange(256).astype(np.float32) / np.float32(255)
"""What codes are from 0 to 1."""


def _nearest(picture: Pixels, size: Size) -> Pixels:
    height, width = picture.shape[:2]
    rows = np.take(picture, nearest_index(height, size[0]), axis=0)
    return np.take(rows, nearest_index(width, size[1]), axis=1)


def _resampled(picture: Pixels, size: Size, name: str, gamma: float) -> Plane:
    height, width = picture.shape[:2]
    vertical, horizontal = taps(name, height, size[0]), taps(name, width, size[1])
    return resample(_light(picture, gamma), vertical, horizontal)


class _Last(threading.local):
    """The light of the picture that this thread resized last."""

    picture: "weakref.ref[Pixels] | None" = None
    gamma = 0.0
    light: Plane | None = None


_last = _Last()


def _light(picture: Pixels, gamma: float) -> Plane:
    # Branches of a recipe resize one picture several times. Only if nobody can write into it is
    # it sure to be the same still.
    if picture.flags.writeable or not picture.flags.owndata:
        return to_light(picture, gamma)
    if _last.picture is None or _last.picture() is not picture or _last.gamma != gamma:
        _last.light = to_light(picture, gamma)
        _last.picture, _last.gamma = weakref.ref(picture), gamma
    assert _last.light is not None
    return _last.light


def _apply(picture: Pixels, setting: Setting) -> Pixels | Applied:
    values = setting.values
    size = picture.shape[:2]
    if values["of"] == "lr":
        size = scaled_size(size, 0, setting)
    size = scaled_size(size, values["factor"], setting)
    return resize(picture, size, values["filter"], values["gamma"], setting.exact)


RESIZE = Degradation(
    "resize",
    (FILTER, FACTOR, GAMMA, _OF),
    _apply,
    resizes=True,
    family="resampling",
    about="One resampling by one of nine filters, in light.",
)
