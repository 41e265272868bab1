"""Doing what was drawn: LR pictures out of an HR one, shared steps once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from srq.degrade.degradation import Applied, Exact, Later, Pixels, Setting
from srq.degrade.graph import Drawn
from srq.degrade.output import Made, Output
from srq.errors import ConfigError


@dataclass(frozen=True)
class _Done:
    """A step done, and what came of it."""

    key: tuple[int, ...]
    result: Applied
    record: dict[str, Any]


def make(
    hr: Pixels,
    plans: Sequence[tuple[Output, tuple[Drawn, ...]]],
    *,
    exact: Exact,
    recipe: str,
) -> Iterator[Made]:
    """The LR picture of each plan. Raises ConfigError for a plan that ends at another size.

    Only the steps on the way to the last LR are kept. So memory does not grow with the number of
    outputs, and outputs share what they begin with if they follow each other.
    """
    done: list[_Done] = []
    if len(plans) > 1:
        hr = _frozen(hr)
    for output, drawn in plans:
        lr = (hr.shape[0] // output.scale, hr.shape[1] // output.scale)
        shared = 0
        while shared < min(len(done), len(drawn)) and done[shared].key == drawn[shared].key:
            shared += 1
        del done[shared:]
        for step in drawn[shared:]:
            picture = done[-1].result.pixels if done else hr
            setting = Setting(step.values, output.scale, step.rng, exact, lr)
            done.append(_do(step, picture, setting))
            made = done[-1].result.made
            if len(plans) > 1 and not isinstance(made, Later):
                made.flags.writeable = False
        last = done[-1].result if done else Applied(hr)
        if last.size != lr:
            raise ConfigError(
                f"Recipe '{recipe}' ends {output.name or 'its LR'} at "
                f"{last.size[1]}x{last.size[0]}; scale {output.scale} asks for {lr[1]}x{lr[0]}."
            )
        steps = tuple(dict(each.record) for each in done)
        yield Made(output, last, steps)


def _frozen(picture: Pixels) -> Pixels:
    """A copy that nobody can write into, so that a step may keep what it made of it for the
    next branch."""
    copy = picture.copy()
    copy.flags.writeable = False
    return copy


def _do(step: Drawn, picture: Pixels, setting: Setting) -> _Done:
    result = step.degradation.apply(picture, setting)
    if not isinstance(result, Applied):
        result = Applied(result)
    record = {**step.record(), **result.facts}
    if step.degradation.downscales or step.degradation.resizes:
        record["size"] = [result.size[1], result.size[0]]
    return _Done(step.key, result, record)
