"""When each value of a Program comes, and where a value waits for another."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from srq.dataflow.grain import Grain, whole
from srq.dataflow.reach import window_of
from srq.program import NearestUpsample, Op, PixelShuffle, Program, Step, Value


@dataclass(frozen=True)
class Lag:
    """How far the input must have come beyond a pixel's own place: lines, then pixels.

    In low-resolution units; a convolution at scale g sees in g-ths of them. A wait is the
    difference of two lags; its pixels may be negative.
    """

    lines: Fraction = Fraction(0)
    pixels: Fraction = Fraction(0)

    def __add__(self, other: "Lag") -> "Lag":
        return Lag(self.lines + other.lines, self.pixels + other.pixels)

    def __sub__(self, other: "Lag") -> "Lag":
        return Lag(self.lines - other.lines, self.pixels - other.pixels)

    def clocks(self, width: int) -> Fraction:
        """The same for lines of ``width`` pixels at one pixel a clock."""
        return self.lines * width + self.pixels


@dataclass(frozen=True)
class Join:
    """An op with several sources, the earlier of which wait for the latest.

    waits: for each source, in the op's order, how long it waits.
    held:  for each source, the value that is cheapest to hold back for that time: what a nearest
           upsampling repeats is held before it is repeated.
    """

    step: Step
    waits: tuple[Lag, ...]
    held: tuple[Value, ...]


class Lags:
    """The lags of a Program's values in a machine of some grain.

    own:    what each op adds to the lag of what it reads, by name.
    lags:   the least lag of each value: that of the latest of its sources and its op's own.
    latest: how many lines each value may lag at most without making an op wait that reads it,
            itself or through changes of scale. These only move pixels, so what waits before them
            waits as well after them.
    joins:  the ops with several sources, in order.
    """

    def __init__(
        self, program: Program, *, grain: Grain = Grain.LINE, width: int | None = None
    ) -> None:
        """``width``: the pixels of a low-resolution line. It decides which of two paths is the
        slower where one waits for more lines and the other for more pixels; None takes more lines
        for the slower.
        """
        self.program = program
        self.own = {step.op.name: _own(step, grain) for step in program.steps}
        self.lags: dict[str, Lag] = {}
        joins: list[Join] = []
        for step in program.steps:
            sources = [self.lags[source.name] for source in step.sources]
            slowest = _slowest(sources, width)
            self.lags[step.op.name] = slowest + self.own[step.op.name]
            if len(sources) > 1:
                waits = tuple(slowest - lag for lag in sources)
                held = tuple(self._cheapest(source) for source in step.sources)
                joins.append(Join(step, waits, held))
        self.joins = tuple(joins)
        self.latest = self._latest()

    def __getitem__(self, name: str) -> Lag:
        return self.lags[name]

    def _latest(self) -> dict[str, Fraction]:
        latest = {self.program.output.name: self[self.program.output.name].lines}
        for step in reversed(self.program.steps):
            name = step.op.name
            runs = latest[name] if is_view(step.op) else self[name].lines
            needed = runs - self.own[name].lines
            for source in step.sources:
                latest[source.name] = min(latest.get(source.name, needed), needed)
        return latest

    def _cheapest(self, value: Value) -> Value:
        held = value
        while is_view((step := self.program.step(value.name)).op):
            (value,) = step.sources
            if isinstance(step.op, NearestUpsample):
                held = value
        return held


def is_view(op: Op) -> bool:
    """Whether ``op`` is a change of scale: it moves integers and computes none."""
    return isinstance(op, PixelShuffle | NearestUpsample)


def lines_kept(source: Value, wait: Fraction, top: int) -> int:
    """How many lines of ``source`` are kept for one of its readers by a machine of lines.

    The machine makes ``scale`` lines of each value for each low-resolution line that comes in:
    kept are the lines from the oldest that the reader reads in that time to the newest made in it.
    wait: the reader's lag less the source's, in low-resolution lines.
    top:  how many lines of the source the reader reads above its own.
    """
    return source.scale + whole(wait, source.scale) + top


def _own(step: Step, grain: Grain) -> Lag:
    window, per = window_of(step, grain), grain.per(step.value.scale)
    return Lag(Fraction(window.bottom, per), Fraction(window.right, per))


def _slowest(lags: Sequence[Lag], width: int | None) -> Lag:
    if width is None:
        return max(lags, key=lambda lag: (lag.lines, lag.pixels), default=Lag())
    return max(lags, key=lambda lag: lag.clocks(width), default=Lag())
