"""Whether every sum of a twin's Program would fit 32 bits, and formats narrowed until it does.

A Program is refused where some picture could overflow an accumulator. The formats that lose
least on pictures know nothing of that: 16-bit weights and activations overflow wherever thirty
of them meet. So bits are taken from weights and activations, one at a time, where it loses least.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from srq.errors import ModelError
from srq.fixed import MAX_BITS, MAX_SHIFT, Format
from srq.fixed.intervals import Interval, added_sums, conv_sums, peak, requantized, shuffled
from srq.quant.graph import Node, NodeKind
from srq.quant.quantizers import FixedPoint
from srq.quant.twin import ACTIVATION_BITS, Twin


@dataclass(frozen=True)
class Narrowing:
    """What it took for every sum to fit 32 bits.

    bits:   how many bits each tensor gave up, by its name (of a weight: at most, of a channel).
    before: the dB lost without, after: with it.
    """

    bits: dict[str, int]
    before: float
    after: float

    def __str__(self) -> str:
        given = ", ".join(f"{name} by {count}" for name, count in self.bits.items())
        return (
            f"bits taken so that sums fit 32 bits: {given} ({self.before:.3f} -> {self.after:.3f}"
            " dB lost)"
        )


def fits(twin: Twin) -> bool:
    """Whether ``srq.lower`` can prove that no sum of ``twin`` overflows an int32."""
    return _first_overflow(twin) is None


def narrow(twin: Twin, drop: Callable[[Twin], float]) -> Narrowing | None:
    """Take bits from ``twin``'s tensors until all sums fit 32 bits; None if they do already.

    ``drop`` gives the dB lost. Of the tensors that a sum depends on, that one gives up a bit
    which then loses least. Raises ModelError where there are no more bits to take.
    """
    if fits(twin):
        return None
    before = after = drop(twin)
    taken: dict[str, int] = {}
    while (overflow := _first_overflow(twin)) is not None:
        trials: list[tuple[float, int]] = []
        choices = _choices(twin, overflow)
        for index, choice in enumerate(choices):
            quantizer = choice.quantizer
            if taken.get(choice.name, 0) >= quantizer.bits or not choice.has_bits:
                continue
            kept = quantizer.bits, quantizer.fracs
            choice.take_bit()
            trials.append((drop(twin), index))
            quantizer.set_format(*kept)
        if not trials:
            raise ModelError(
                f"The sums of '{overflow.node.name}' cannot fit 32 bits at these widths; choose"
                " fewer bits of weights or activations."
            )
        after, index = min(trials)
        choices[index].take_bit()
        name = choices[index].name
        taken[name] = taken.get(name, 0) + 1
    return Narrowing(taken, before, after)


@dataclass(frozen=True, eq=False)
class _Overflow:
    """A node whose sums do not fit, the channels that do not, and whether only the left shift to
    its own format brings them beyond."""

    node: Node
    channels: set[int]
    by_shift: bool


def _first_overflow(twin: Twin) -> _Overflow | None:
    """The first node, in order, whose sums could overflow."""
    values: dict[str, Interval] = {}
    fracs = twin.fracs()
    for node in twin.nodes:
        sources = [values[name] for name in node.sources]
        if node.kind not in (NodeKind.CONV, NodeKind.ADD, NodeKind.REQUANTIZE):
            values[node.name] = _carried(node, sources, twin)
            continue
        (partial, final), shifts = _sums(node, sources, fracs, twin)
        far = [channel for channel, shift in enumerate(shifts) if shift > MAX_SHIFT]
        inside = [min(max(shift, -MAX_SHIFT), MAX_SHIFT) for shift in shifts]
        channels = {*map(int, peak(partial, inside).overflowing), *far}
        if channels:
            by_shift = not len(partial.overflowing) and min(shifts) < 0
            return _Overflow(node, channels, by_shift)
        values[node.name] = requantized(final, shifts, _format(node, fracs, twin))
    return None


def _sums(
    node: Node, sources: list[Interval], fracs: dict[str, int], twin: Twin
) -> tuple[tuple[Interval, Interval], list[int]]:
    """A node's partial and final sums, and the right shift of each channel to its format."""
    frac = _format(node, fracs, twin).frac
    read = [fracs[name] for name in node.sources]
    match node.kind:
        case NodeKind.CONV:
            conv = twin.conv(node.name)
            made = conv.integers(read[0])
            sums = conv_sums(made.weight, made.bias, conv.groups, sources[0])
            own = made.fracs * (1 if len(made.fracs) > 1 else len(made.weight))
            return sums, [read[0] + each - frac for each in own]
        case NodeKind.ADD:
            sums = added_sums(sources[0], sources[1], [max(read) - each for each in read])
        case _:
            sums = sources[0], sources[0]
    return sums, [max(read) - frac] * len(sums[0].lo)


def _carried(node: Node, sources: list[Interval], twin: Twin) -> Interval:
    if node.kind is NodeKind.INPUT:
        form = twin.rounding(node.name).format
        return Interval(np.array([form.lo]), np.array([form.hi]))
    return shuffled(sources[0], node.scale) if node.kind is NodeKind.SHUFFLE else sources[0]


def _format(node: Node, fracs: dict[str, int], twin: Twin) -> Format:
    if node.rounding is not None:
        return twin.rounding(node.name).format
    return Format(True, MAX_BITS, fracs[node.name])


@dataclass(frozen=True, eq=False)
class _Choice:
    """A tensor that can give up a bit, or only some of its channels (None: all) can."""

    name: str
    quantizer: FixedPoint
    channels: set[int] | None = None

    @property
    def has_bits(self) -> bool:
        """Whether it has a bit to give; a weight's are bounded by what it gave already."""
        return self._is_weight or self.quantizer.bits > ACTIVATION_BITS[0]

    def take_bit(self) -> None:
        """One fraction bit less, and half as many integers."""
        fracs = [
            frac - (self.channels is None or channel in self.channels)
            for channel, frac in enumerate(self.quantizer.fracs)
        ]
        # A weight is as large as it is, but an activation may fill whatever its format holds.
        self.quantizer.set_format(self.quantizer.bits - (not self._is_weight), fracs)

    @property
    def _is_weight(self) -> bool:
        return self.name.endswith(".weight")


def _choices(twin: Twin, overflow: _Overflow) -> list[_Choice]:
    """The tensors that can make the sums smaller by giving up a bit."""
    node = overflow.node
    found: dict[str, _Choice] = {}
    if overflow.by_shift and node.name in twin.quantizers:
        found[node.name] = _Choice(node.name, twin.quantizers[node.name])
    elif overflow.by_shift and node.kind is NodeKind.CONV:
        found = _finest(twin, node.name)
    elif node.kind is NodeKind.CONV:
        found = _of_conv(twin, node, overflow.channels)
    else:
        fracs = twin.fracs()
        finest = max(fracs[name] for name in node.sources)
        for name in node.sources:
            if fracs[name] == finest:
                found |= _finest(twin, name)
    return list(found.values())


def _of_conv(twin: Twin, node: Node, channels: set[int] | None) -> dict[str, _Choice]:
    fixed, name = twin.conv(node.name).fixed, f"{node.name}.weight"
    own = _Choice(name, fixed, channels if len(fixed.fracs) > 1 else None)
    return {name: own} | _finest(twin, node.sources[0])


def _finest(twin: Twin, name: str) -> dict[str, _Choice]:
    """The tensors that the last fraction bit of the value ``name`` comes from."""
    (node,) = (node for node in twin.nodes if node.name == name)
    if name in twin.quantizers:
        return {name: _Choice(name, twin.quantizers[name])}
    if node.kind is NodeKind.CONV:
        fixed = twin.conv(name).fixed
        most = max(fixed.fracs)
        return _of_conv(twin, node, {c for c, frac in enumerate(fixed.fracs) if frac == most})
    fracs = twin.fracs()
    finest = max((fracs[source] for source in node.sources), default=0)
    found: dict[str, _Choice] = {}
    for source in node.sources:
        if fracs[source] == finest:
            found |= _finest(twin, source)
    return found
