"""What every op means beside its neighbours: channels, formats, shifts, last uses.

This is where a list of ops is checked to be a graph, and where all numbers that an engine
or a code generator needs beyond the op's own fields are derived, once for all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from srq.errors import ProgramError
from srq.fixed import MAX_BITS, MAX_SHIFT, Format
from srq.program.limits import MAX_OPS, MAX_SCALE, MAX_WEIGHTS
from srq.program.op import shown
from srq.program.ops import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Op,
    Output,
    PixelShuffle,
    Requantize,
    is_picture_format,
)


@dataclass(frozen=True)
class Value:
    """A tensor between two ops, for a low-resolution picture of h x w.

    name:     the op that makes it.
    channels: its first dimension.
    scale:    its picture is (scale * h, scale * w).
    format:   of all its integers; 32 bits wide for an accumulator, at most 16 for the rest.
    """

    name: str
    channels: int
    scale: int
    format: Format

    @property
    def is_accumulator(self) -> bool:
        """Whether it is an exact sum (s32) that nothing has rounded yet."""
        return self.format.bits == MAX_BITS

    def shape(self, height: int, width: int) -> tuple[int, int, int]:
        """(channels, rows, columns) for a low-resolution picture of height x width."""
        return self.channels, self.scale * height, self.scale * width


@dataclass(frozen=True)
class Step:
    """One op with everything derived that it takes to run it or to write it out.

    op:       the op.
    sources:  the values it reads, in the op's order.
    value:    the value it makes. Output makes the picture: its source, renamed.
    aligns:   Add only: the left shift of each operand before the sum; one of them is 0.
    shifts:   Conv, Add and Requantize: what ``requantize`` takes per output channel to bring
              the exact sum to ``value.format``; all equal unless a Conv's weight fractions
              differ. For a Conv that keeps its accumulator they are <= 0: left shifts that
              bring all channels to one fraction. Empty for the other ops.
    releases: the values that no later step reads.
    """

    op: Op
    sources: tuple[Value, ...]
    value: Value
    aligns: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()
    releases: tuple[str, ...] = ()


def resolve(ops: Sequence[Op]) -> tuple[Step, ...]:
    """The steps of ``ops``, which must be a whole graph in order; ProgramError if it is not.

    The first op is the only Input, the last the only Output; every op reads only values made
    before it; every value but the picture is read; names are unique.
    """
    if not 2 <= len(ops) <= MAX_OPS:
        raise ProgramError(f"A Program must have 2 to {MAX_OPS} ops, not {len(ops)}.")
    weights = sum(op.weight.size for op in ops if isinstance(op, Conv))
    if weights > MAX_WEIGHTS:
        raise ProgramError(f"A Program must have at most {MAX_WEIGHTS} weights, not {weights}.")
    values: dict[str, Value] = {}
    last_reader: dict[str, int] = {}
    steps: list[Step] = []
    for index, op in enumerate(ops):
        _check_place(op, index, len(ops))
        if op.name in values:
            raise ProgramError(f"A Program must name each op once, but has {op.name!r} twice.")
        for name in op.sources:
            _check_source(op, name, values)
            last_reader[name] = index
        step = derive(op, tuple(values[name] for name in op.sources))
        values[op.name] = step.value
        steps.append(step)
    for op in ops[:-1]:
        if op.name not in last_reader:
            raise ProgramError(f"The value of op {op.name!r} must be read by some op, or be gone.")
    return tuple(
        replace(
            step, releases=tuple(n for n in dict.fromkeys(step.op.sources) if last_reader[n] == i)
        )
        for i, step in enumerate(steps)
    )


def _check_source(op: Op, name: object, values: dict[str, Value]) -> None:
    if not isinstance(name, str) or name not in values:
        raise ProgramError(
            f"Op {op.name!r} must read a value made before it,"
            f" and there is none named {shown(name)}."
        )


def _check_place(op: object, index: int, count: int) -> None:
    if not isinstance(op, Op):
        raise ProgramError(f"A Program must be made of ops, not {shown(op)}.")
    if isinstance(op, Input) != (index == 0):
        raise ProgramError(
            f"A Program must begin with its only Input, but op {index + 1}, {op.name!r},"
            f" is {op.kind.value}."
        )
    if isinstance(op, Output) != (index == count - 1):
        raise ProgramError(
            f"A Program must end with its only Output, but op {index + 1} of {count},"
            f" {op.name!r}, is {op.kind.value}."
        )


def derive(op: Op, sources: tuple[Value, ...]) -> Step:
    """The step of one op that reads ``sources``; ProgramError if it cannot read them."""
    match op:
        case Input():
            return Step(op, (), Value(op.name, 1, 1, op.format))
        case Conv():
            return _conv(op, *sources)
        case Add():
            return _add(op, *sources)
        case Requantize():
            (source,) = sources
            shift = source.format.frac - op.format.frac
            value = replace(source, name=op.name, format=op.format)
            return Step(op, sources, value, shifts=_checked_shifts(op, (shift,) * source.channels))
        case PixelShuffle():
            return Step(op, sources, _shuffled(op, *sources))
        case NearestUpsample():
            (source,) = sources
            value = replace(source, name=op.name, scale=_checked_scale(op, source))
            return Step(op, sources, value)
        case Output():
            (source,) = sources
            if source.channels != 1 or not is_picture_format(source.format):
                raise ProgramError(
                    f"Op {op.name!r} must read 1 channel of a picture's format, u8.8 to u16.16,"
                    f" not {source.channels} of {source.format}."
                )
            return Step(op, sources, replace(source, name=op.name))
        case _:
            raise ProgramError(f"Op {op.name!r} is of no kind that a Program knows.")


def _conv(op: Conv, source: Value) -> Step:
    if source.is_accumulator:
        raise ProgramError(
            f"Op {op.name!r} must read a requantized value, but {source.name!r} is an accumulator;"
            " give that op a format."
        )
    if source.channels != op.in_channels:
        raise ProgramError(
            f"Op {op.name!r} must read {op.in_channels} channels, as its weight and groups say,"
            f" but {source.name!r} has {source.channels}."
        )
    fracs = tuple(source.format.frac + frac for frac in op.channel_fracs)
    fmt = op.format or _accumulator_format(op, max(fracs))
    shifts = _checked_shifts(op, tuple(frac - fmt.frac for frac in fracs))
    return Step(op, (source,), Value(op.name, op.out_channels, source.scale, fmt), shifts=shifts)


def _add(op: Add, a: Value, b: Value) -> Step:
    if (a.channels, a.scale) != (b.channels, b.scale):
        raise ProgramError(
            f"Op {op.name!r} must add values of one shape, but {a.name!r} has {a.channels}"
            f" channels at scale {a.scale} and {b.name!r} {b.channels} at scale {b.scale}."
        )
    frac = max(a.format.frac, b.format.frac)
    aligns = _checked_shifts(op, (frac - a.format.frac, frac - b.format.frac))
    fmt = op.format or _accumulator_format(op, frac)
    shifts = _checked_shifts(op, (frac - fmt.frac,) * a.channels)
    return Step(op, (a, b), replace(a, name=op.name, format=fmt), aligns, shifts)


def _shuffled(op: PixelShuffle, source: Value) -> Value:
    channels, rest = divmod(source.channels, op.scale**2)
    if rest:
        raise ProgramError(
            f"Op {op.name!r} must read a multiple of {op.scale**2} channels to shuffle them by"
            f" {op.scale}, but {source.name!r} has {source.channels}."
        )
    return Value(op.name, channels, _checked_scale(op, source), source.format)


def _checked_scale(op: PixelShuffle | NearestUpsample, source: Value) -> int:
    scale = source.scale * op.scale
    if scale > MAX_SCALE:
        raise ProgramError(
            f"Op {op.name!r} must not bring the scale beyond {MAX_SCALE}, and {scale} it is."
        )
    return scale


def _accumulator_format(op: Op, frac: int) -> Format:
    try:
        return Format(True, MAX_BITS, frac)
    except ValueError as error:
        raise ProgramError(f"Op {op.name!r} has no accumulator format: {error}") from None


def _checked_shifts(op: Op, shifts: tuple[int, ...]) -> tuple[int, ...]:
    for channel, shift in enumerate(shifts):
        if abs(shift) > MAX_SHIFT:
            raise ProgramError(
                f"Op {op.name!r} must not shift by more than {MAX_SHIFT} bits, but needs"
                f" {shift} at channel or operand {channel}; bring its fractions closer together."
            )
    return shifts
