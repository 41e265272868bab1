"""Resampling to a size in between, then to the size wanted."""

from srq.degrade.degradation import Applied, Pixels, Setting
from srq.degrade.kinds.resampling.filters import NAMES
from srq.degrade.kinds.resampling.resize import FACTOR, GAMMA, resize_in_turn, scaled_size
from srq.degrade.parameters import Choice, Number, Parameter


def parameters(low: float, high: float) -> tuple[Parameter, ...]:
    """Those of a chain whose size in between is ``low`` to ``high`` times the picture's."""
    first = Choice("first_filter", NAMES)
    second = Choice("second_filter", NAMES)
    return (Number("between", low, high), first, second, FACTOR, GAMMA)


def apply(picture: Pixels, setting: Setting) -> Applied:
    """The picture, resized by the factor ``between``, then as ``factor`` asks."""
    values = setting.values
    size = picture.shape[:2]
    between = scaled_size(size, values["between"], setting)
    turns = (
        (between, values["first_filter"]),
        (scaled_size(size, values["factor"], setting), values["second_filter"]),
    )
    pixels = resize_in_turn(picture, turns, values["gamma"], setting.exact)
    return Applied(pixels, {"between_size": (between[1], between[0])})
