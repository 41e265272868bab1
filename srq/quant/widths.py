"""Activations narrowed one by one, those first whose bits cost hardware most for what they give.

A bit of an activation is a bit of every line that is kept of it, and of every adder that reads
it. ``kim`` keeps lines of two tensors only, so a few bits of these are most of its memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from srq.adders import digit_counts
from srq.quant.bounds import fits
from srq.quant.graph import NodeKind
from srq.quant.search import PsnrDrop
from srq.quant.twin import ACTIVATION_BITS, Twin

_WIDTH = 1920
_BITS_PER_ADDER = 64
"""How many bits of line memory weigh as one adder's: about what there is of both in an FPGA."""
_ADDERS_PER_DIGIT = 0.6
"""About what sharing leaves."""
_CHANCE = 1e-5
"""What a bit loses at least, in dB: less is chance."""


@dataclass(frozen=True)
class Widths:
    """What narrowing activations did.

    bits: the width of each activation that became narrower, by its name.
    lost: the dB lost on the training crops against the float network, before and after.
    """

    bits: dict[str, int]
    lost: tuple[float, float]

    def __str__(self) -> str:
        narrowed = ", ".join(f"{name} {bits}" for name, bits in self.bits.items()) or "none"
        return (
            f"activations narrowed to bits: {narrowed} ({self.lost[0]:.3f} -> {self.lost[1]:.3f}"
            " dB lost)"
        )


def narrow_activations(twin: Twin, drop: PsnrDrop, most: float) -> Widths:
    """Take bits from ``twin``'s activations while ``drop`` is at most ``most`` dB above before.

    Each time from the tensor for which line memory and adders saved are most for the dB lost; the
    bit is its lowest, or its highest, whichever loses less.
    """
    worth = _worth(twin)
    before = now = drop(twin)
    lost = dict.fromkeys(worth, 0.0)
    taken: dict[str, int] = {}

    def gain(name: str) -> float:
        """What a bit saves for a dB, as far as is known: first each tensor is tried."""
        return worth[name] / max(lost[name], _CHANCE)

    while lost:
        name = max(lost, key=gain)
        trials = _trials(twin, name, drop)
        after, form = min(trials, default=(float("inf"), (0, 0)))
        if after > before + most:
            del lost[name]
            continue
        lost[name] = after - now
        if name != max(lost, key=gain):
            continue
        twin.quantizers[name].set_format(form[0], (form[1],))
        now = after
        taken[name] = form[0]
    return Widths(taken, (before, now))


def _trials(twin: Twin, name: str, drop: PsnrDrop) -> list[tuple[float, tuple[int, int]]]:
    """The dB lost with one bit less of an activation, and its bits and fraction bits: without the
    lowest, and without the highest."""
    quantizer = twin.quantizers[name]
    bits, (frac,) = quantizer.bits, quantizer.fracs
    found: list[tuple[float, tuple[int, int]]] = []
    if bits > ACTIVATION_BITS[0]:
        for form in ((bits - 1, frac - 1), (bits - 1, frac)):
            quantizer.set_format(form[0], (form[1],))
            if fits(twin):
                found.append((drop(twin), form))
        quantizer.set_format(bits, (frac,))
    return found


def _worth(twin: Twin) -> dict[str, float]:
    """What a bit of each activation takes, in bits of adders."""
    found = dict.fromkeys(twin.activations, 0.0)
    for name, source in _readings(twin):
        conv = twin.conv(name)
        integers = conv.integers(0).weight
        lines = (conv.weight.shape[2] - 1) * conv.weight.shape[1] * conv.groups
        found[source] += _ADDERS_PER_DIGIT * int(digit_counts(integers).sum())
        found[source] += lines * _WIDTH / _BITS_PER_ADDER
    return found


def _readings(twin: Twin) -> Iterator[tuple[str, str]]:
    """Every convolution that reads an activation, and its name."""
    for node in twin.nodes:
        if node.kind is NodeKind.CONV and node.sources[0] in twin.activations:
            yield node.name, node.sources[0]
