"""The inner loops that a Program needs, written for the compiler to vectorise.

Each is a loop over the columns of a line with constant numbers of everything else. Only what is
used is written, as an unused function is a warning.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from srq.export.c.memory import S32, Cells
from srq.export.c.schedule import Schedule
from srq.export.c.text import times
from srq.export.text import fill, indented, listed
from srq.program import Add, Conv, NearestUpsample, PixelShuffle, Requantize

_MOST_TAPS = 9
_OUTPUTS = 4
"""Output channels that are summed together: they share what they load."""


def taps_at_once(op: Conv) -> tuple[int, int]:
    """How many taps a loop adds at once, for 4 output channels together and for 1."""
    taps = op.weight[0].size
    four = next((n for n in (4, 3, 5) if taps % n == 0), min(taps, 4))
    if taps <= _MOST_TAPS:
        return four, taps
    return four, next((n for n in range(_MOST_TAPS, 3, -1) if taps % n == 0), 8)


def most_taps(plan: Schedule) -> int:
    """The most taps that any loop adds at once."""
    return max((max(taps_at_once(op)) for op in _convs(plan)), default=1)


def most_columns(plan: Schedule) -> int:
    """The columns of the widest kernel."""
    return max((op.kernel[1] for op in _convs(plan)), default=1)


def _convs(plan: Schedule, source: Cells | None = None) -> list[Conv]:
    """The convolutions, or those alone that read such cells."""
    ops = [place.step.op for place in plan.places.values()]
    convs = [op for op in ops if isinstance(op, Conv)]
    return [op for op in convs if source in (None, plan.places[op.source].cells)]


class Loops(NamedTuple):
    """Who writes the functions that take nearly all of the time, as texts by name.

    convolve: of a plan, the cells that are read, those that are made, and the state's type:
              ``conv_READ_MADE`` with all that it calls.
    put:      of a plan and cells, ``put_CELLS``, which makes them of sums, with all that it calls.
    """

    convolve: Callable[[Schedule, Cells, Cells, str], dict[str, str]]
    put: Callable[[Schedule, Cells], dict[str, str]]


def _portable_convolution(plan: Schedule, source: Cells, made: Cells, state: str) -> dict[str, str]:
    return {
        f"add {source.suffix}": _adders(plan, source),
        f"sum {source.suffix}": _of(source, "conv_sums.c"),
        **_portable_put(plan, made),
        f"to {source.suffix} {made.suffix}": _conv_to(source, made, state),
    }


def _portable_put(_: Schedule, cells: Cells) -> dict[str, str]:
    text = fill("c/store_sums.c") if cells == S32 else _of(cells, "requantize.c")
    return {f"put {cells.suffix}": text}


PORTABLE = Loops(_portable_convolution, _portable_put)
"""In plain C99."""


def kernels(plan: Schedule, state: str, loops: Loops = PORTABLE) -> str:
    """All functions that the ops of ``plan`` call; ``state`` is the state's type."""
    wanted: dict[str, str] = {}
    for place in plan.places.values():
        op = place.step.op
        sources = [plan.places[s.name].cells for s in place.step.sources]
        made = place.cells
        if place.left + place.right:
            wanted[f"edge {made.suffix}"] = _of(made, "zero_padding.c")
        match op:
            case Conv():
                wanted |= loops.convolve(plan, sources[0], made, state)
            case Add() | Requantize():
                forms = (("take", "="), ("plus", "+="))
                for source, (function, assigns) in zip(sources, forms, strict=False):
                    wanted[f"{function} {source.suffix}"] = _of(
                        source, "operand.c", function=function, assigns=assigns
                    )
                wanted |= loops.put(plan, made)
            case PixelShuffle() | NearestUpsample():
                wanted[f"deal {made.suffix} {op.scale}"] = _interleave(made, op.scale)
    return "\n".join([*([fill("c/layer.c")] if _convs(plan) else []), *wanted.values()])


def _of(cells: Cells, template: str, **values: object) -> str:
    return fill(f"c/{template}", cells=cells.suffix, ctype=cells.ctype, **values)


def _conv_to(source: Cells, made: Cells, state: str) -> str:
    return _of(
        source,
        "conv.c",
        state=state,
        target=made.suffix,
        target_type=made.ctype,
        limits="" if made == S32 else ", l->lo, l->hi",
    )


@dataclass(frozen=True, order=True)
class _Adder:
    """A loop that adds ``taps`` weighted taps to each of ``outs`` sums; begins: it makes them."""

    outs: int
    taps: int
    begins: bool

    def text(self, cells: Cells) -> str:
        """The function that runs it."""
        outs, taps = range(self.outs), range(self.taps)
        adds = []
        for k in outs:
            products = [f"w{k}_{t} * t{t}[i]" for t in taps]
            becomes = f"s{k}[i] = b{k} +" if self.begins else f"s{k}[i] +="
            # At most 4 products to a line.
            lines = [" + ".join(products[t : t + 4]) for t in range(0, len(products), 4)]
            adds += [f"{becomes} {lines[0]}", *(f"    + {line}" for line in lines[1:])]
            adds[-1] += ";"
        bias = [f"b{k} = bias[{k}]" for k in outs if self.begins]
        weights = [", ".join(_weights(k, self.taps) + bias[k : k + 1]) for k in outs]
        return fill(
            "c/multiply_add.c",
            name=self._name(cells),
            sums=_over_lines(4, (f"int32_t *restrict s{k}" for k in outs)),
            taps=_over_lines(4, (f"const {cells.ctype} *t{t}" for t in taps)),
            bias="const int32_t *restrict bias, " if self.begins else "",
            size="int32_t size, " if self.outs > 1 else "",
            weights=",\n        ".join(_over_lines(8, w.split(", ")) for w in weights),
            adds=indented(adds, 8),
        )

    def call(self, cells: Cells) -> str:
        """The call of this function."""
        sums = [f"sums[{k}]" for k in range(self.outs)]
        taps = [f"tap[{t}]" for t in range(self.taps)]
        rest = [*["bias"] * self.begins, "w", *["size"] * (self.outs > 1), "n"]
        return f"{self._name(cells)}({_over_lines(12, [*sums, *taps, *rest])});"

    def _name(self, cells: Cells) -> str:
        return f"{'begin' if self.begins else 'add'}_{self.outs}x{self.taps}_{cells.suffix}"


def _over_lines(by: int, items: Iterable[str]) -> str:
    return f"\n{' ' * by}".join(listed(items, 97 - by))


def _weights(out: int, taps: int) -> list[str]:
    row = f"{times(out, 'size')} + " if out else ""
    return [f"w{out}_{t} = w[{row}{t}]" for t in range(taps)]


def _adders_of(op: Conv) -> set[_Adder]:
    """The loops that one convolution takes: to begin, to go on, for the taps that are left."""
    outs, taps = op.out_channels // op.groups, op.weight[0].size
    four, one = taps_at_once(op)
    adders: set[_Adder] = set()
    for count, at_once, used in ((_OUTPUTS, four, outs >= _OUTPUTS), (1, one, outs % _OUTPUTS)):
        if used:
            adders.add(_Adder(count, at_once, begins=True))
            if taps > at_once:
                adders.add(_Adder(count, at_once, begins=False))
            if taps % at_once:
                adders.add(_Adder(count, taps % at_once, begins=False))
    return adders


def _adders(plan: Schedule, source: Cells) -> str:
    """The loops for convolutions of ``source``, and the choice among them."""
    ordered = sorted({adder for op in _convs(plan, source) for adder in _adders_of(op)})
    choices = [
        f"if (count == {a.outs} && taps == {a.taps} && bias {'!=' if a.begins else '=='} NULL)\n"
        f"        {a.call(source)}"
        for a in ordered
    ]
    choice = _of(source, "choose_multiply_add.c", choices="\n    else ".join(choices))
    return "\n".join([*(adder.text(source) for adder in ordered), choice])


def _interleave(cells: Cells, by: int) -> str:
    copies = "".join(f"        to[{by} * i + {k}] = from[{k} * apart + i];\n" for k in range(by))
    return _of(cells, "interleave.c", by=by, copies=copies)
