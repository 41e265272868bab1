"""The C function of each op: a block of columns of one line of what it makes.

Numbers of the Program come from the weight header's macros, through the short form ``OF``.
"""

from collections.abc import Callable

from srq.export.c.kernels import taps_at_once
from srq.export.c.memory import S16, S32, U16, Place
from srq.export.c.schedule import Schedule
from srq.export.c.text import minus, times
from srq.export.text import indented
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Op,
    Output,
    PixelShuffle,
    Requantize,
)

_TRACE_TYPES = {S16: 0, U16: 1, S32: 2}


class Ops:
    """Writes the functions of one Program's ops. prefix: of its names in C."""

    def __init__(self, plan: Schedule, prefix: str) -> None:
        self.plan = plan
        self.prefix = prefix
        self.state = f"{prefix}_state"

    def line(self, place: Place) -> str:
        """The distance of two channels, and the function that finds a line."""
        name = place.name
        width = times(place.scale, f"{self.prefix.upper()}_MAX_WIDTH")
        if place.depth > 1:
            slot = f"row % {place.depth} * (OF({name}_CHANNELS) * PITCH_{name})"
            lines = [f"return s->{place.member} + {slot} + {place.left} + x;"]
        else:
            lines = ["(void)row;", f"return s->{place.member} + {place.left} + x;"]
        return (
            f"#define PITCH_{name} ((int32_t){place.left + place.right} + {width})\n"
            f"static {place.cells.ctype} *line_{name}({self.state} *s, int32_t row, int32_t x)\n"
            f"{{\n{indented(lines)}\n}}\n"
        )

    def call(self, place: Place) -> str:
        """The call of an op's function for the line that stands at ``row`` in its segment."""
        io = ", io" if takes_io(place.step.op) else ""
        return f"op_{place.name}(s, {minus('row', place.lag)}, x, n{io});"

    def function(self, place: Place) -> str:
        """The op's function with a comment that says what it is."""
        body: dict[type, Callable[[Place], list[str]]] = {
            Input: self._input,
            Conv: self._conv,
            Add: self._sum,
            Requantize: self._sum,
            PixelShuffle: self._view,
            NearestUpsample: self._view,
            Output: self._output,
        }
        op, value = place.step.op, place.step.value
        io = ", const call *io" if takes_io(op) else ""
        sources = " + ".join(f"{s.name} ({s.channels} of {s.format})" for s in place.step.sources)
        made_of = f" = {op.kind.value} of {sources}" if sources else ""
        lines = [*self._target(place), *body[type(op)](place), *self._finish(place)]
        return (
            f"/* {place.name} ({value.channels} of {value.format}){made_of} */\n"
            f"static void op_{place.name}({self.state} *s, int32_t row, int32_t x, int32_t n{io})\n"
            f"{{\n{indented(lines)}\n}}\n"
        )

    def _pitch(self, place: Place) -> str:
        return f"PITCH_{place.name}" if place.depth else "BLOCK"

    def _at(self, place: Place, row: str = "row", x: str = "x") -> str:
        """Channel 0 of a value's line from a column on."""
        if place.depth:
            return f"line_{place.name}(s, {row}, {x})"
        first = f" + {place.first} * BLOCK" if place.first else ""
        return f"s->{place.member}{first}"

    def _source(self, place: Place, which: int = 0) -> Place:
        return self.plan.places[place.step.sources[which].name]

    def _target(self, place: Place) -> list[str]:
        return [f"{place.cells.ctype} *const to = {self._at(place)};"] if place.member else []

    def _finish(self, place: Place) -> list[str]:
        """The zeros at both ends of the line, and the call of the trace."""
        if not place.member:
            return []
        channels, pitch = f"OF({place.name}_CHANNELS)", self._pitch(place)
        traced = f"{place.index}, row, x, n, {channels}, {pitch}, {_TRACE_TYPES[place.cells]}, to"
        lines = [f"TRACE({traced});"]
        if place.left + place.right:
            width = times(place.scale, "s->width")
            lines.insert(
                0,
                f"edge_{place.cells.suffix}(to, {channels}, {pitch}, x, n, {width}, {place.left},"
                f" {place.right});",
            )
        return lines

    def _input(self, place: Place) -> list[str]:
        pixel, hi = "io->line[x + i]", f"OF({place.name}_HI)"
        if place.step.value.format.bits not in (8, 16):
            pixel = f"({pixel} > {hi} ? {hi} : {pixel})"
        return [
            "for (int32_t i = 0; i < n; i++)",
            f"    to[i] = ({place.cells.ctype}){pixel};",
        ]

    def _output(self, place: Place) -> list[str]:
        source = self._source(place)
        return [
            f"const {source.cells.ctype} *const from = {self._at(source)};",
            f"{self.prefix}_out *const to = io->out + (size_t)(row - io->first) * io->pitch + x;",
            "for (int32_t i = 0; i < n; i++)",
            f"    to[i] = ({self.prefix}_out)from[i];",
        ]

    def _conv(self, place: Place) -> list[str]:
        op, source = place.step.op, self._source(place)
        assert isinstance(op, Conv)
        return [
            *self._layer(place, op),
            *self._rows(place, op, source),
            f"conv_{source.cells.suffix}_{place.cells.suffix}(s, &l, rows, {self._pitch(source)},"
            f" to, {self._pitch(place)}, n);",
        ]

    def _layer(self, place: Place, op: Conv) -> list[str]:
        stem, n = f"{self.prefix}_{op.name}", op.name
        four, one = taps_at_once(op)
        bias = "NULL" if op.bias is None else f"{stem}_bias"
        # Of an accumulator nothing is cut off.
        limits = "0, 0" if place.cells == S32 else f"OF({n}_LO), OF({n}_HI)"
        fields = [
            f"{stem}_weight, {bias}, {stem}_shift, OF({n}_SHIFTS) > 1,",
            f"OF({n}_GROUPS), OF({n}_OUT) / OF({n}_GROUPS), OF({n}_IN_OF_GROUP),",
            f"OF({n}_ROWS), OF({n}_COLUMNS), {four}, {one}, {limits},",
        ]
        return ["static const layer l = {", *(f"    {line}" for line in fields), "};"]

    def _rows(self, place: Place, op: Conv, source: Place) -> list[str]:
        """The rows of the source that the kernel stands on."""
        rows = f"const {source.cells.ctype} *{{}}rows[OF({op.name}_ROWS)]"
        if op.kernel[0] == 1:
            left = f" - OF({op.name}_LEFT)" if source.depth else ""
            return [f"{rows.format('const ')} = {{{self._at(source)}{left}}};"]
        return [
            f"{rows.format('')};",
            f"for (int32_t k = 0; k < OF({op.name}_ROWS); k++) {{",
            f"    const int32_t y = row + k - OF({op.name}_TOP);",
            f"    rows[k] = has_line(s, y, {place.scale})"
            f" ? {self._at(source, 'y')} - OF({op.name}_LEFT) : NULL;",
            "}",
        ]

    def _sum(self, place: Place) -> list[str]:
        """An Add or a Requantize: operands into ``sums``, then requantized."""
        start, loop = [], []
        for i in range(len(place.step.sources)):
            source, name, function = self._source(place, i), "ab"[i], ("take", "plus")[i]
            align = f"OF({place.name}_ALIGN_{name.upper()})" if place.step.aligns else "0"
            start.append(f"const {source.cells.ctype} *const {name} = {self._at(source)};")
            loop.append(
                f"{function}_{source.cells.suffix}(s->sums[0],"
                f" {name} + c * {self._pitch(source)}, n, {align});"
            )
        n = place.name
        limits = "" if place.cells == S32 else f", OF({n}_LO), OF({n}_HI)"
        loop.append(
            f"put_{place.cells.suffix}(to + c * {self._pitch(place)}, s->sums[0], n,"
            f" OF({n}_SHIFT){limits});"
        )
        return [*start, *_for_channels(place, loop)]

    def _view(self, place: Place) -> list[str]:
        op, source = place.step.op, self._source(place)
        assert isinstance(op, PixelShuffle | NearestUpsample)
        by, pitch = op.scale, self._pitch(source)
        found = self._at(source, f"row / {by}", f"x / {by}")
        channel, apart = f"c * {pitch}", "0"
        if isinstance(op, PixelShuffle):
            channel, apart = f"(c * {by * by} + row % {by} * {by}) * {pitch}", pitch
        call = (
            f"deal_{source.cells.suffix}_{by}(to + c * {self._pitch(place)}, from + {channel},"
            f" {apart}, n / {by});"
        )
        return [
            f"const {source.cells.ctype} *const from = {found};",
            *_for_channels(place, [call]),
        ]


def takes_io(op: Op) -> bool:
    """Whether an op reads or writes the caller's lines."""
    return isinstance(op, Input | Output)


def _for_channels(place: Place, body: list[str]) -> list[str]:
    return [
        f"for (int32_t c = 0; c < OF({place.name}_CHANNELS); c++) {{",
        *(f"    {line}" for line in body),
        "}",
    ]
