"""Records as the logs of the seeds' tools have them: for people, with two decimals."""

from collections.abc import Mapping, Sequence
from typing import Any

from srq.degrade.registry import DEGRADATIONS

HEAD = (
    "# For people: numbers are rounded and sizes are left out. No LR can be made again from this; "
    "the manifest has what that takes."
)

# What the tools call filters and families.
_FILTERS = {
    "catrom": "cubic_catrom",
    "mitchell": "cubic_mitchell",
    "bspline": "cubic_bspline",
}
_FAMILIES = {"resampling": "scale", "video": "compression"}


def text_line(name: str, steps: Sequence[Mapping[str, Any]], *, scale: int) -> str:
    """The line of an LR picture that is 1/``scale`` of its HR, such as ``16683.png - scale: nearest
    size factor=0.5, compression: jpeg quality=94``."""
    parts: list[str] = []
    # The last size is that of LR.
    width = next((step["size"][0] for step in reversed(steps) if "size" in step), 1) * scale
    for step in steps:
        to = step["size"][0] if "size" in step else width
        parts.append(_part(step, to / width))
        width = to
    return f"{name} - {', '.join(parts) or 'nothing'}"


def _part(step: Mapping[str, Any], factor: float) -> str:
    kind = step["kind"]
    degradation = DEGRADATIONS.load(kind)
    family = _FAMILIES.get(degradation.family, degradation.family)
    if kind in ("resize", "downscale"):
        words = f"{_filter(step.get('filter', 'bicubic'))} size factor={_number(factor)}"
    elif "between" in step:
        first, second = (_filter(step[f"{which}_filter"]) for which in ("first", "second"))
        words = (
            f"{kind} scale1factor={step['between']:.2f} scale1algorithm={first} "
            f"scale2factor={factor / step['between']:.2f} scale2algorithm={second}"
        )
    else:
        usual = {parameter.name: parameter.default for parameter in degradation.parameters}
        usual |= {"kind": kind, "size": step.get("size")}
        given = (item for item in step.items() if item not in usual.items())
        words = " ".join((kind, *(f"{key}={_number(value)}" for key, value in given)))
    return f"{family}: {words}"


def _filter(name: str) -> str:
    return _FILTERS.get(name, name)


def _number(value: Any) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
