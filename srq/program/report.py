"""A Program in words and as plain JSON, for people and for scripts."""

from typing import Any

from srq.program.description import describe
from srq.program.ops import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Op,
    Output,
    PixelShuffle,
    Requantize,
)
from srq.program.program import SCHEMA, Program
from srq.program.steps import Step


def summary(step: Step) -> str:
    """What an op does, in a few words, without its name."""
    match step.op:
        case Input():
            return "low-resolution luma"
        case Conv() as op:
            rows, columns = op.kernel
            if op.groups == op.in_channels == op.out_channels > 1:
                words = f"depthwise {rows}x{columns}, {op.out_channels}"
            else:
                words = f"conv {rows}x{columns}, {op.in_channels} -> {op.out_channels}"
                words += f", {op.groups} groups" if op.groups > 1 else ""
            words += ", bias" if op.bias is not None else ""
        case Add() as op:
            words = f"{op.a} + {op.b}"
        case Requantize():
            words = "requantize"
        case PixelShuffle() as op:
            return f"pixel shuffle x{op.scale}"
        case NearestUpsample() as op:
            return f"nearest upsample x{op.scale}"
        case Output():
            return "high-resolution luma"
        case _:
            raise AssertionError(f"{step.op.kind} has no words")
    return f"{words}, ReLU" if is_relu(step) else words


def is_relu(step: Step) -> bool:
    """Whether the step's saturation cuts off something negative: its format is unsigned."""
    if not step.shifts or step.value.format.signed:
        return False
    return isinstance(step.op, Conv) or any(source.format.signed for source in step.sources)


def weights_written(op: Op) -> str:
    """The format of a Conv's weights, as in ``s10.9``; with the span of differing fractions. Of
    an op that has none, ``-``."""
    if not isinstance(op, Conv):
        return "-"
    fracs = sorted(set(op.weight_frac))
    span = str(fracs[0]) if len(fracs) == 1 else f"{fracs[0]}..{fracs[-1]}"
    return f"s{op.weight_bits}.{span}"


def program_report(program: Program) -> dict[str, Any]:
    """All of a Program but its numbers, with its proof, as JSON-able dicts and lists."""
    return {
        "name": program.name,
        "fingerprint": program.fingerprint,
        "schema": SCHEMA,
        "scale": program.scale,
        "weights": sum(op.weight.size for op in program.convs),
        "provenance": dict(program.provenance),
        "ops": [_step_report(program, step) for step in program.steps],
    }


def _step_report(program: Program, step: Step) -> dict[str, Any]:
    name = step.op.name
    report = describe(step.op)
    interval = program.ranges.values[name]
    report["value"] = {
        "channels": step.value.channels,
        "scale": step.value.scale,
        "format": str(step.value.format),
        "accumulator": step.value.is_accumulator,
        "lo": int(interval.lo.min()),
        "hi": int(interval.hi.max()),
    }
    if step.shifts:
        peak = program.ranges.peaks[name]
        report["accumulator"] = {
            "lo": peak.lo.tolist(),
            "hi": peak.hi.tolist(),
            "headroom_bits": program.ranges.headroom(name).tolist(),
        }
        report["shifts"] = list(step.shifts)
    return report
