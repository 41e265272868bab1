"""From a twin's stages to a Program's ops, one to one, under the same names."""

from collections.abc import Mapping

from srq.fixed import Format
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Op,
    Output,
    Padding,
    PixelShuffle,
    Program,
    Requantize,
)
from srq.quant.placement import Stage, StageKind
from srq.quant.twin import PICTURE, Twin


def lower(twin: Twin, *, name: str = "", provenance: Mapping[str, str] | None = None) -> Program:
    """The Program that computes what ``twin`` does in float64, value by value, bit for bit.

    Its values carry the names of the twin's stages. ``name`` and ``provenance`` are its card.
    Raises ProgramError, with the op and the bound, where a sum could overflow an int32.
    """
    fracs = twin.fracs()
    return Program(
        [_op(stage, twin, fracs) for stage in twin.stages], name=name, provenance=provenance
    )


def _op(stage: Stage, twin: Twin, fracs: Mapping[str, int]) -> Op:
    match stage.kind:
        case StageKind.INPUT:
            return Input(stage.name, PICTURE)
        case StageKind.CONV:
            return _conv(stage, twin, fracs[stage.sources[0]])
        case StageKind.ADD:
            first, second = stage.sources
            return Add(stage.name, first, second, _format(stage, twin))
        case StageKind.REQUANTIZE:
            return Requantize(stage.name, stage.sources[0], twin.rounding(stage.name).format)
        case StageKind.SHUFFLE:
            return PixelShuffle(stage.name, stage.sources[0], stage.scale)
        case StageKind.NEAREST:
            return NearestUpsample(stage.name, stage.sources[0], stage.scale)
        case StageKind.OUTPUT:
            return Output(stage.name, stage.sources[0])


def _conv(stage: Stage, twin: Twin, frac: int) -> Conv:
    conv = twin.conv(stage.name)
    numbers = conv.integers(frac)
    return Conv(
        stage.name,
        stage.sources[0],
        numbers.weight,
        weight_bits=twin.weight_bits,
        weight_frac=numbers.fracs,
        groups=conv.groups,
        padding=Padding(*conv.padding),
        format=_format(stage, twin),
        bias=numbers.bias,
    )


def _format(stage: Stage, twin: Twin) -> Format | None:
    return None if stage.rounding is None else twin.rounding(stage.name).format
