"""Hypothesis strategies for formats, Programs and pictures, shared by all engines' tests.

``programs()`` makes only valid Programs: it keeps its own bound on every sum (coarser than
``srq.program.ranges``, and independent of it), so a refusal in a test is a finding. They are
small, and made to reach what is rarely reached: even and long kernels, groups, biases,
fractions per channel, left shifts, rounding of every length, sums of accumulators, ReLUs
apart, several scales.
"""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

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

_INT32_MAX = 2**31 - 1
_FRACS = range(-20, 33)
"""The fractions of values between ops, well inside what a Format may have."""


def formats(
    *, max_bits: int = 16, min_frac: int = -64, max_frac: int = 64
) -> SearchStrategy[Format]:
    """Any format within these limits."""
    fracs = st.integers(min_frac, max_frac)
    signed = st.builds(Format, st.just(True), st.integers(2, max_bits), fracs)
    unsigned = st.builds(Format, st.just(False), st.integers(1, min(max_bits, 31)), fracs)
    return signed | unsigned


@st.composite
def pictures(draw: DrawFn, program: Program, *, max_side: int = 7) -> np.ndarray:
    """A luma picture for ``program``, from 1x1 up: noise, or extremes only."""
    fmt = program.input.format
    shape = draw(st.tuples(*[st.integers(1, max_side)] * 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if draw(st.booleans()):
        return rng.integers(0, fmt.hi + 1, shape).astype(fmt.dtype)
    return (rng.integers(0, 2, shape) * fmt.hi).astype(fmt.dtype)


@dataclass(frozen=True)
class _Made:
    """A value made so far, and a bound on its magnitude."""

    name: str
    channels: int
    scale: int
    frac: int
    bound: int
    accumulator: bool


@st.composite
def programs(
    draw: DrawFn,
    *,
    max_ops: int = 6,
    picture_bits: tuple[int, ...] = (8, 10),
    max_bits: int = 16,
) -> Program:
    """A valid Program with up to ``max_ops`` random ops before its last few.

    ``max_bits`` is the most that weights and activations have.
    """
    bits = draw(st.sampled_from(picture_bits))
    maker = _Maker(draw, bits, max_bits)
    for _ in range(draw(st.integers(0, max_ops))):
        maker.any_op()
    maker.finish(bits)
    return Program(_without_unread(maker.ops), name="random")


class _Maker:
    """The ops drawn so far."""

    def __init__(self, draw: DrawFn, bits: int, max_bits: int) -> None:
        self.draw = draw
        self.max_bits = max_bits
        fmt = Format(False, bits, bits)
        self.ops: list[Op] = [Input("lr", fmt)]
        self.lr = _Made("lr", 1, 1, bits, fmt.hi, False)
        self.made = [self.lr]

    def any_op(self) -> None:
        kind = self.draw(
            st.sampled_from(["conv", "conv", "add", "requantize", "shuffle", "nearest"])
        )
        values = {
            "conv": [v for v in self.made if not v.accumulator],
            "add": [v for v in self.made if self._partners(v)],
            "requantize": self.made,
            "shuffle": [v for v in self.made if v.channels % 4 == 0 and v.scale <= 2],
            "nearest": [v for v in self.made if v.scale <= 2],
        }[kind]
        if not values:
            return
        # The newest first: it is what shrinking goes to, and it makes the graph deep.
        source = self.draw(st.sampled_from(values[::-1]))
        match kind:
            case "conv":
                self.conv(source, accumulator=self.draw(st.booleans()))
            case "add":
                self.add(source, self.draw(st.sampled_from(self._partners(source)[::-1])))
            case "requantize":
                self.requantize(source, self._rounding(source.bound, source.frac))
            case "shuffle":
                self.shuffle(source, 2)
            case "nearest":
                self.nearest(source, 2)

    def finish(self, bits: int) -> None:
        """From the newest value on: to one channel, to a larger picture, to its format."""
        usable = [v for v in self.made if not v.accumulator]
        source = usable[-1]
        factor = self.draw(st.sampled_from([1, 2, 3]))
        result = self.conv(source, accumulator=True, out=factor**2, depthwise=False, frac=bits)
        if factor > 1:
            result = self.shuffle(result, factor)
        picture = Format(False, bits, bits)
        base = self.lr if result.scale == 1 else self.nearest(self.lr, result.scale)
        if self.draw(st.booleans()) and self._sum_bound(result, base) is not None:
            self._append(Add(self._name(), result.name, base.name, picture), result, picture)
        else:
            self.requantize(result, picture)
        self.ops.append(Output("hr", self.made[-1].name))

    def conv(
        self,
        source: _Made,
        *,
        accumulator: bool,
        out: int | None = None,
        depthwise: bool | None = None,
        frac: int | None = None,
    ) -> _Made:
        """A convolution; with ``frac``, its sum keeps at least that many fraction bits."""
        draw = self.draw
        rows, columns = draw(st.tuples(*[st.sampled_from([1, 2, 3, 4, 5, 7])] * 2))
        if depthwise is None:
            depthwise = draw(st.booleans())
        groups = source.channels if depthwise else 1
        out = out or groups * draw(st.integers(1, max(1, 8 // groups)))
        taps = source.channels // groups * rows * columns
        room = (_INT32_MAX // 8 // (taps * max(source.bound, 1))).bit_length()
        weight_bits = draw(st.integers(2, max(2, min(self.max_bits, room))))
        weight = self._weights((out, source.channels // groups, rows, columns), weight_bits)
        bound = taps * 2 ** (weight_bits - 1) * source.bound
        bias = None
        if draw(st.booleans()):
            # Half of the room, so that rounding and alignment keep some.
            most = max((_INT32_MAX // 8 - bound) // 2, 0)
            bias = self._rng().integers(-most, most, out, endpoint=True)
            bound += most
        spread = draw(st.booleans()) * self._rng().integers(0, 3, out)
        spread_most = int(np.max(spread)) if bound << 2 <= _INT32_MAX // 2 else 0
        spread = np.minimum(spread, spread_most)
        fmt = None
        if accumulator:
            # What is aligned to the largest fraction is shifted left by up to the spread.
            bound <<= spread_most - int(np.min(spread))
            least = source.frac if frac is None else frac
            total = least + draw(st.integers(0, min(bound.bit_length(), 24)))
            weight_frac = total - spread_most - source.frac
        else:
            weight_frac = draw(st.integers(-2, 18))
            fmt = self._rounding(bound, source.frac + weight_frac, spread_most)
        top, left = draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))
        op = Conv(
            self._name(),
            source.name,
            weight,
            weight_bits=weight_bits,
            weight_frac=[weight_frac + int(n) for n in np.broadcast_to(spread, out)],
            groups=groups,
            padding=Padding(top, rows - 1 - top, left, columns - 1 - left),
            format=fmt,
            bias=bias,
        )
        self.ops.append(op)
        if fmt is None:
            top_frac = source.frac + max(op.weight_frac)
            made = _Made(op.name, out, source.scale, top_frac, bound, True)
        else:
            limit = max(fmt.hi, -fmt.lo)
            made = _Made(op.name, out, source.scale, fmt.frac, limit, False)
        self.made.append(made)
        return made

    def add(self, a: _Made, b: _Made) -> None:
        bound = self._sum_bound(a, b)
        assert bound is not None
        frac = max(a.frac, b.frac)
        fmt = None if self.draw(st.booleans()) else self._rounding(bound, frac)
        self._append(Add(self._name(), a.name, b.name, fmt), a, fmt, frac, bound)

    def requantize(self, source: _Made, fmt: Format) -> None:
        self._append(Requantize(self._name(), source.name, fmt), source, fmt)

    def shuffle(self, source: _Made, scale: int) -> _Made:
        op = PixelShuffle(self._name(), source.name, scale)
        return self._rescaled(op, source, source.channels // scale**2, scale)

    def nearest(self, source: _Made, scale: int) -> _Made:
        op = NearestUpsample(self._name(), source.name, scale)
        return self._rescaled(op, source, source.channels, scale)

    def _rescaled(self, op: Op, source: _Made, channels: int, scale: int) -> _Made:
        made = _Made(
            op.name, channels, source.scale * scale, source.frac, source.bound, source.accumulator
        )
        self.ops.append(op)
        self.made.append(made)
        return made

    def _append(
        self, op: Op, like: _Made, fmt: Format | None, frac: int = 0, bound: int = 0
    ) -> None:
        if fmt is not None:
            frac, bound = fmt.frac, max(fmt.hi, -fmt.lo)
        self.ops.append(op)
        self.made.append(_Made(op.name, like.channels, like.scale, frac, bound, fmt is None))

    def _partners(self, a: _Made) -> list[_Made]:
        return [
            b
            for b in self.made
            if (a.channels, a.scale) == (b.channels, b.scale) and self._sum_bound(a, b) is not None
        ]

    @staticmethod
    def _sum_bound(a: _Made, b: _Made) -> int | None:
        """A bound on the aligned sum, or None where it might not fit with room to round."""
        if abs(a.frac - b.frac) > 31:
            return None
        frac = max(a.frac, b.frac)
        bound = (a.bound << (frac - a.frac)) + (b.bound << (frac - b.frac))
        return bound if bound <= _INT32_MAX // 2 else None

    def _rounding(self, bound: int, frac: int, spread: int = 0) -> Format:
        """A format to requantize a sum of this bound and fraction to, by any safe shift."""
        draw = self.draw
        bits = draw(st.integers(2, self.max_bits))
        # Mostly shifts that bring the sum near the format's width; now and then any other.
        near = max(bound.bit_length() - bits, 0)
        wanted = draw(st.integers(near - 6, near + 2) | st.integers(-31, 31))
        left = min((_INT32_MAX // (bound + 1)).bit_length() - 1, 31)
        low = max(-max(left, 0), frac - _FRACS[-1])
        high = min(30 - spread if bound <= _INT32_MAX // 2 else 0, frac - _FRACS[0])
        shift = min(max(wanted, low), high)
        return Format(draw(st.booleans()), bits, frac - shift)

    def _weights(self, shape: tuple[int, ...], bits: int) -> np.ndarray:
        limit = 1 << (bits - 1)
        rng = self._rng()
        style = self.draw(st.sampled_from(["any", "sparse", "extreme"]))
        if style == "extreme":
            return rng.choice([-limit, limit - 1], shape)
        weights = rng.integers(-limit, limit, shape)
        return weights * rng.integers(0, 2, shape) if style == "sparse" else weights

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng(self.draw(st.integers(0, 2**32 - 1)))

    def _name(self) -> str:
        return f"v{len(self.ops)}"


def _without_unread(ops: list[Op]) -> list[Op]:
    """The ops that the last one needs, and the Input."""
    needed = {ops[-1].name, "lr"}
    for op in reversed(ops):
        if op.name in needed:
            needed.update(op.sources)
    return [op for op in ops if op.name in needed]
