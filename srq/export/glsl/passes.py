"""The statements of a pass: GLSL that computes four planes of a value at one pixel.

Sums are floats, which add and multiply whole numbers up to 2^24 without loss. Where the ranges
of the Program do not keep a sum below that, it is made of several that stay below, joined as
integers; where that cannot be, all its products are integers. So every sum is exact, and what
follows is the rounding of docs/reference/program-spec.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.export.glsl.plan import QUAD, Plan, Quad, Read, Texture
from srq.program import Add, Conv, Interval, Requantize, Step
from srq.program.report import summary

EXACT = 1 << 24
"""Floats hold every whole number up to here."""

Matrix = NDArray[np.int64]
"""The weights (4, 4) of four source planes, a row each, in four sums, a column each."""

Term = tuple[Read, Matrix]


@dataclass(frozen=True)
class Vector:
    """Four whole numbers in GLSL: an expression, and whether it is an ivec4 or a vec4."""

    text: str
    is_int: bool = False

    def as_int(self) -> str:
        """The expression as an ivec4."""
        return self.text if self.is_int else f"ivec4({self.text})"

    def as_float(self) -> str:
        """The expression as a vec4."""
        return f"vec4({self.text})" if self.is_int else self.text


class Pass:
    """Writes what a pass does for four planes of a value.

    load:   gives the GLSL expression of a texel's integers: a vec4, for the input a float.
    lines:  the statements.
    result: the four integers, after them.
    """

    def __init__(self, plan: Plan, load: Callable[[Texture, int, int], str]) -> None:
        self.plan = plan
        self.planes = plan.planes
        self.program = plan.program
        self.load = load
        self.lines: list[str] = []
        self._made: dict[object, Vector] = {}
        self._variables = 0

    def compute(self, name: str, quad: Quad) -> Vector:
        """Four planes of a value, by its op."""
        step = self.program.step(name)
        match step.op:
            case Conv() as op:
                total = self._convolve(op, quad)
            case Add():
                total = self._add(step, quad)
            case Requantize():
                total = self._value(step.sources[0].name, quad)
            case _:
                return self._value(step.sources[0].name, quad)
        return self._requantize(step, total, quad)

    def _value(self, name: str, quad: Quad) -> Vector:
        """Four planes of a value, read if it is kept, else computed."""
        view = self.planes.views[name]
        base, wanted = view.base, tuple(int(view.planes[k]) if k >= 0 else -1 for k in quad)
        if not self.plan.is_texture(base):
            return self._once((base, wanted), lambda: self.compute(base, wanted))
        if wanted in self.plan.quads(base) and base != self.program.input.name:
            return self._read(Read(base, self.plan.quads(base).index(wanted), 0, 0))
        return Vector(f"vec4({', '.join(self._component(base, k) for k in wanted)})")

    def _component(self, base: str, plane: int) -> str:
        if plane < 0:
            return "0.0"
        quad, place = divmod(plane, QUAD)
        texel = self._read(Read(base, quad, 0, 0)).text
        return texel if base == self.program.input.name else f"{texel}.{'xyzw'[place]}"

    def _read(self, read: Read) -> Vector:
        """The integers of a texel; of the input, a float."""
        kind = "float" if read.base == self.program.input.name else "vec4"
        text = self.load((read.base, read.quad), read.dy, read.dx)
        return self._once(read, lambda: Vector(text), kind)

    def _convolve(self, op: Conv, quad: Quad) -> Vector:
        """The exact sums of a convolution."""
        self.lines.append(f"// {op.name}: {summary(self.program.step(op.name))}")
        channels = [self.planes.channel(op.name, k) if k >= 0 else -1 for k in quad]
        bias = np.array([0 if c < 0 or op.bias is None else op.bias[c] for c in channels], np.int64)
        terms = self._terms(op, quad)
        sums = self._exact_sums(terms, bias)
        if sums is None:
            return self._sum(terms, bias, is_int=True)
        none = np.zeros_like(bias)
        parts = [self._sum(part, none if i else bias) for i, part in enumerate(sums)]
        if len(parts) == 1:
            return parts[0]
        return self._variable(Vector(" + ".join(part.as_int() for part in parts), True))

    def _terms(self, op: Conv, quad: Quad) -> list[Term]:
        """What is summed, by texel, in a fixed order."""
        taps = self.planes.taps[op.name]
        found: dict[Read, Matrix] = {}
        for column, k in enumerate(quad):
            tap = taps.of(k)
            for plane, dy, dx, weight in zip(
                *(x[tap].tolist() for x in (taps.plane, taps.dy, taps.dx, taps.weight)), strict=True
            ):
                read = Read(taps.base, plane // QUAD, dy, dx)
                matrix = found.setdefault(read, np.zeros((QUAD, QUAD), np.int64))
                matrix[plane % QUAD, column] += weight
        return sorted(found.items(), key=lambda term: term[0])

    def _exact_sums(self, terms: list[Term], bias: NDArray[np.int64]) -> list[list[Term]] | None:
        """The terms in as few parts as can each be summed exactly in floats, the bias in the
        first; None if a term alone cannot."""
        parts: list[list[Term]] = [[]]
        lo, hi = np.minimum(bias, 0), np.maximum(bias, 0)
        for read, matrix in terms:
            least, most = self._bounds(read, matrix)
            if not parts[-1] or _is_exact(lo + least, hi + most):
                lo, hi = lo + least, hi + most
            else:
                parts.append([])
                lo, hi = least, most
            if not _is_exact(lo, hi):
                return None
            parts[-1].append((read, matrix))
        return parts if _is_exact(lo, hi) else None

    def _bounds(self, read: Read, matrix: Matrix) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The least and the greatest that a term can add to each sum, in any order."""
        values = self.program.ranges.values[read.base]
        planes = self.plan.quads(read.base)[read.quad]
        channels = [self.planes.channel(read.base, k) if k >= 0 else 0 for k in planes]
        lo, hi = (np.array([end[c] for c in channels])[:, None] for end in (values.lo, values.hi))
        lo, hi = np.minimum(lo, 0), np.maximum(hi, 0)
        return (
            np.minimum(matrix * lo, matrix * hi).sum(axis=0),
            np.maximum(matrix * lo, matrix * hi).sum(axis=0),
        )

    def _sum(self, terms: list[Term], bias: NDArray[np.int64], is_int: bool = False) -> Vector:
        kind = "ivec4" if is_int else "vec4"
        total = None
        if bias.any() or not terms:
            total = self._variable(Vector(_constant(kind, bias), is_int))
        for read, matrix in terms:
            product = self._product(read, matrix, is_int)
            if total is None:
                total = self._variable(Vector(product, is_int))
            else:
                self.lines.append(f"{total.text} += {product};")
        assert total is not None
        return total

    def _product(self, read: Read, matrix: Matrix, is_int: bool) -> str:
        kind = "ivec4" if is_int else "vec4"
        is_input = read.base == self.program.input.name
        if self.plan.is_texture(read.base):
            texel = self._read(read)
        else:
            texel = self._value(read.base, self.plan.quads(read.base)[read.quad])
        if is_input:
            source = f"int({texel.text})" if is_int else texel.text
            return f"{_constant(kind, matrix[0])} * {source}"
        source = self._variable(texel).as_int() if is_int else self._variable(texel).as_float()
        rows = np.flatnonzero(matrix.any(axis=1))
        if np.array_equal(matrix, np.diag(np.diag(matrix))):
            return f"{_constant(kind, np.diag(matrix))} * {source}"
        if len(rows) == 1 or is_int:
            return " + ".join(f"{_constant(kind, matrix[r])} * {source}.{'xyzw'[r]}" for r in rows)
        return f"mat4({', '.join(str(n) for n in matrix.ravel())}) * {source}"

    def _add(self, step: Step, quad: Quad) -> Vector:
        a, b = (self._value(source.name, quad) for source in step.sources)
        self.lines.append(f"// {step.op.name}: {summary(step)}")
        exact = self._stays_exact(self.program.ranges.accumulators, step, quad)
        aligned = list(zip((a, b), step.aligns, strict=True))
        if exact and not (a.is_int or b.is_int):
            operands = [f"{x.text} * {1 << n}.0" if n else x.text for x, n in aligned]
            return self._variable(Vector(" + ".join(operands)))
        operands = [f"({x.as_int()} << {n})" if n else x.as_int() for x, n in aligned]
        return self._variable(Vector(" + ".join(operands), True))

    def _requantize(self, step: Step, total: Vector, quad: Quad) -> Vector:
        """``total`` shifted with rounding, half up, and saturated; an accumulator only shifted."""
        shifts = [step.shifts[self.planes.channel(step.op.name, k)] for k in quad if k >= 0]
        shifts += shifts[:1] * (QUAD - len(shifts))
        fmt = step.value.format
        if not total.is_int and self._stays_exact(self.program.ranges.peaks, step, quad):
            text, is_int = _shifted_float(total.text, shifts), False
        else:
            text, is_int = _shifted_int(total.as_int(), shifts), True
        if not step.value.is_accumulator:
            dot = "" if is_int else ".0"
            text = f"clamp({text}, {fmt.lo}{dot}, {fmt.hi}{dot})"
        return self._variable(Vector(text, is_int))

    def _stays_exact(self, intervals: Mapping[str, Interval], step: Step, quad: Quad) -> bool:
        channels = [self.planes.channel(step.op.name, k) for k in quad if k >= 0]
        interval = intervals[step.op.name]
        return _is_exact(interval.lo[channels], interval.hi[channels])

    def _once(self, key: object, make: Callable[[], Vector], kind: str = "") -> Vector:
        """What ``make`` gives, in a variable, made when first asked for."""
        if key not in self._made:
            self._made[key] = self._variable(make(), kind)
        return self._made[key]

    def _variable(self, vector: Vector, kind: str = "") -> Vector:
        """``vector`` in a variable of its own, unless it is one."""
        if vector.text.isidentifier():
            return vector
        name = f"v{self._variables}"
        self._variables += 1
        kind = kind or ("ivec4" if vector.is_int else "vec4")
        self.lines.append(f"{kind} {name} = {vector.text};")
        return Vector(name, vector.is_int)


def _is_exact(lo: NDArray[np.int64], hi: NDArray[np.int64]) -> bool:
    return bool(lo.min() >= -EXACT and hi.max() <= EXACT)


def _constant(kind: str, numbers: Sequence[int] | NDArray) -> str:
    """A constant vec4 or ivec4 of integers."""
    texts = [str(int(n)) for n in numbers]
    return f"{kind}({texts[0] if len(set(texts)) == 1 else ', '.join(texts)})"


def _shifted_float(total: str, shifts: list[int]) -> str:
    """round(total / 2^shift), half up, of floats that are whole numbers."""
    text = total
    if any(shifts):
        factors = [repr(2.0**-shift) for shift in shifts]
        text += f" * {_either('vec4', factors)}"
    if all(shift <= 0 for shift in shifts):
        return text
    halves = ["0.5" if shift > 0 else "0.0" for shift in shifts]
    return f"floor({text} + {_either('vec4', halves)})"


def _shifted_int(total: str, shifts: list[int]) -> str:
    """The same of integers; >> keeps the sign."""
    left = [str(max(-shift, 0)) for shift in shifts]
    right = [str(max(shift, 0)) for shift in shifts]
    half = [str(1 << shift - 1 if shift > 0 else 0) for shift in shifts]
    text = total
    if any(shift < 0 for shift in shifts):
        text = f"({text} << {_either('ivec4', left)})"
    if any(shift > 0 for shift in shifts):
        text = f"(({text} + {_either('ivec4', half)}) >> {_either('ivec4', right)})"
    return text


def _either(kind: str, texts: list[str]) -> str:
    """One scalar where all are equal, else a vector."""
    return texts[0] if len(set(texts)) == 1 else f"{kind}({', '.join(texts)})"
