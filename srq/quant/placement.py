"""Where integers are rounded: a network's layers as stages, the last but one to a Program.

Sums are exact until something needs them narrow. A convolution reads narrow values, a ReLU is
a saturation and thereby narrow, the picture that leaves is 8 bits wide: only there is a value
rounded, once. Sums, pixel shuffles and upscales take what comes, exact or narrow.
"""

from dataclasses import dataclass, replace
from enum import Enum

from torch import nn

from srq.models.capture import Layer, LayerKind


class Rounding(Enum):
    """What a stage's exact sum becomes."""

    SIGNED = "signed"
    RELU = "relu"
    PICTURE = "picture"


class StageKind(Enum):
    """The ops of a Program; the value is the op's name there."""

    INPUT = "input"
    CONV = "conv"
    ADD = "add"
    REQUANTIZE = "requantize"
    SHUFFLE = "pixel_shuffle"
    NEAREST = "nearest_upsample"
    OUTPUT = "output"


@dataclass(frozen=True, eq=False)
class Stage:
    """One op of the coming Program.

    rounding: of a CONV, ADD or REQUANTIZE; None keeps the exact sum. The rest is a Layer's.
    """

    name: str
    kind: StageKind
    sources: tuple[str, ...] = ()
    conv: nn.Conv2d | None = None
    scale: int = 1
    rounding: Rounding | None = None


_KINDS = {
    LayerKind.INPUT: StageKind.INPUT,
    LayerKind.CONV: StageKind.CONV,
    LayerKind.ADD: StageKind.ADD,
    LayerKind.SHUFFLE: StageKind.SHUFFLE,
    LayerKind.NEAREST: StageKind.NEAREST,
    LayerKind.OUTPUT: StageKind.OUTPUT,
}
_RESHAPING = (StageKind.SHUFFLE, StageKind.NEAREST)


def place(layers: tuple[Layer, ...]) -> tuple[Stage, ...]:
    """The stages of a network's layers, in order, each value rounded where it must be."""
    stages = _with_roundings(layers)
    while (better := _simplified(stages)) is not None:
        stages = better
    return tuple(stages)


def _with_roundings(layers: tuple[Layer, ...]) -> list[Stage]:
    """Every rounding as a stage of its own, in front of what asks for it."""
    stages: list[Stage] = []
    exact: dict[str, bool] = {}
    # What stands for a layer's value: itself, or itself rounded.
    current: dict[str, str] = {}

    def append(stage: Stage, *, is_exact: bool) -> None:
        stages.append(stage)
        exact[stage.name] = is_exact

    def rounded(source: str, rounding: Rounding, name: str) -> str:
        append(
            Stage(name, StageKind.REQUANTIZE, (source,), rounding=rounding),
            is_exact=False,
        )
        return name

    for layer in layers:
        sources = tuple(current[source] for source in layer.sources)
        if layer.kind is LayerKind.RELU:
            current[layer.name] = rounded(sources[0], Rounding.RELU, layer.name)
            continue
        if layer.kind is LayerKind.CONV and exact[sources[0]]:
            # From here on all read the narrow value, so that only one has to be kept.
            narrow = rounded(sources[0], Rounding.SIGNED, f"{sources[0]}_rounded")
            current[layer.sources[0]] = narrow
            sources = (narrow,)
        if layer.kind is LayerKind.OUTPUT:
            sources = (rounded(sources[0], Rounding.PICTURE, "picture"),)
        reshaping = layer.kind in (LayerKind.SHUFFLE, LayerKind.NEAREST)
        append(
            Stage(layer.name, _KINDS[layer.kind], sources, layer.conv, layer.scale),
            is_exact=layer.kind in (LayerKind.CONV, LayerKind.ADD)
            or (reshaping and exact[sources[0]]),
        )
        current[layer.name] = layer.name
    return stages


def _simplified(stages: list[Stage]) -> list[Stage] | None:
    """One rounding merged with the stage before it, or moved before it; None if none can be."""
    by_name = {stage.name: stage for stage in stages}
    for stage in stages:
        if stage.kind is not StageKind.REQUANTIZE:
            continue
        source = by_name[stage.sources[0]]
        if sum(other.sources.count(source.name) for other in stages) > 1:
            continue
        if source.kind in (StageKind.CONV, StageKind.ADD) and source.rounding is None:
            return _replaced(stages, stage, replace(source, rounding=stage.rounding))
        if source.rounding is Rounding.RELU and stage.rounding is Rounding.PICTURE:
            # A picture has nothing below zero: the ReLU changes nothing but the precision.
            return _replaced(stages, stage, replace(source, rounding=stage.rounding))
        if source.rounding is Rounding.RELU and stage.rounding is Rounding.RELU:
            return _replaced(stages, stage, source)
        if source.kind in _RESHAPING:
            return _swapped(stages, source, stage)
    return None


def _replaced(stages: list[Stage], gone: Stage, by: Stage) -> list[Stage]:
    """``by`` in the place of the stage of its name, its readers those of ``gone``."""
    return [
        by if stage.name == by.name else _reading(stage, gone.name, by.name)
        for stage in stages
        if stage is not gone
    ]


def _swapped(stages: list[Stage], shape: Stage, rounding: Stage) -> list[Stage]:
    """``rounding`` in front of ``shape``, which it followed."""
    first = replace(rounding, sources=shape.sources)
    second = replace(shape, sources=(rounding.name,))
    swapped: list[Stage] = []
    for stage in stages:
        if stage is shape:
            swapped += [first, second]
        elif stage is not rounding:
            swapped.append(_reading(stage, rounding.name, shape.name))
    return swapped


def _reading(stage: Stage, old: str, new: str) -> Stage:
    return replace(stage, sources=tuple(new if name == old else name for name in stage.sources))
