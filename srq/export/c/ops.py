"""The C function of each op: a block of columns of one line of what it makes."""

from collections.abc import Callable

from srq.export.c.kernels import taps_at_once
from srq.export.c.schedule import S16, S32, U16, Place, Schedule
from srq.export.c.text import indented
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Output,
    PixelShuffle,
    Program,
    Requantize,
)

_TRACE_TYPES = {S16: 0, U16: 1, S32: 2}
_ARGUMENTS = "int32_t row, int32_t x, int32_t n"


class Ops:
    """Writes the functions of one Program's ops. prefix: of its names in C."""

    def __init__(self, program: Program, plan: Schedule, prefix: str) -> None:
        self.program = program
        self.plan = plan
        self.prefix = prefix
        self.state = f"{prefix}_state"

    def line(self, place: Place) -> str:
        """The distance of two channels, and the function that finds a line."""
        name, scale = place.name, place.scale
        pitch = f"((int32_t){place.left + place.right} + {scale} * {self.prefix.upper()}_MAX_WIDTH)"
        slot = (
            f"row % {place.depth} * ({place.channels} * PITCH_{name}) + " if place.depth > 1 else ""
        )
        unused = "" if place.depth > 1 else "    (void)row;\n"
        return (
            f"#define PITCH_{name} {pitch}\n"
            f"static {place.cells.ctype} *line_{name}({self.state} *s, int32_t row, int32_t x)\n"
            f"{{\n{unused}    return s->{place.member} + {slot}{place.left} + x;\n}}\n"
        )

    def call(self, place: Place) -> str:
        """The call of an op's function for the line that stands at ``row`` in its segment."""
        io = ", io" if isinstance(place.step.op, Input | Output) else ""
        return f"op_{place.name}(s, row - {place.lag}, x, n{io});"

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
        io = ", const call *io" if isinstance(op, Input | Output) else ""
        lines = [*self._target(place), *body[type(op)](place), *self._edges(place)]
        if place.member:
            lines.append(
                f"TRACE({place.index}, row, x, n, {place.channels}, {self._pitch(place)},"
                f" {_TRACE_TYPES[place.cells]}, to);"
            )
        sources = " + ".join(f"{s.name} ({s.channels} of {s.format})" for s in place.step.sources)
        made_of = f" = {op.kind.value} of {sources}" if sources else ""
        return (
            f"/* {place.name} ({value.channels} of {value.format}){made_of} */\n"
            f"static void op_{place.name}({self.state} *s, {_ARGUMENTS}{io})\n"
            f"{{\n{indented(lines)}\n}}\n"
        )

    def _pitch(self, place: Place) -> str:
        return f"PITCH_{place.name}" if place.depth else "BLOCK"

    def _at(self, place: Place, row: str = "row", x: str = "x") -> str:
        """Channel 0 of a value's line from a column on."""
        if place.depth:
            return f"line_{place.name}(s, {row}, {x})"
        return f"s->{place.member} + {place.first} * BLOCK"

    def _target(self, place: Place) -> list[str]:
        if not place.member:
            return []
        return [f"{place.cells.ctype} *const to = {self._at(place)};"]

    def _edges(self, place: Place) -> list[str]:
        if place.left + place.right == 0:
            return []
        return [
            f"edge_{place.cells.suffix}(to, {place.channels}, {self._pitch(place)}, x, n,"
            f" {place.scale} * s->width, {place.left}, {place.right});"
        ]

    def _input(self, place: Place) -> list[str]:
        hi = place.step.value.format.hi
        pixel = "io->line[x + i]"
        if hi not in (0xFF, 0xFFFF):
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

    def _source(self, place: Place, which: int = 0) -> Place:
        return self.plan.places[place.step.sources[which].name]

    def _conv(self, place: Place) -> list[str]:
        op, source = place.step.op, self._source(place)
        assert isinstance(op, Conv)
        rows = op.kernel[0]
        if source.depth:
            y = f"row + k - {op.padding.top}"
            found = [
                f"const {source.cells.ctype} *rows[{rows}];",
                f"for (int32_t k = 0; k < {rows}; k++)",
                f"    rows[k] = has_line(s, {y}, {place.scale}) ?"
                f" {self._at(source, y)} - {op.padding.left} : NULL;",
            ]
        else:
            found = [f"const {source.cells.ctype} *const rows[1] = {{{self._at(source)}}};"]
        return [
            *self._layer(place, op),
            *found,
            f"conv_{source.cells.suffix}_{place.cells.suffix}(s, &l, rows, {self._pitch(source)},"
            f" to, {self._pitch(place)}, n);",
        ]

    def _layer(self, place: Place, op: Conv) -> list[str]:
        stem = f"{self.prefix}_{op.name}"
        outs, ins = op.out_channels // op.groups, op.weight.shape[1]
        four, one = taps_at_once(op)
        bias = "NULL" if op.bias is None else f"{stem}_bias"
        uniform = len(set(place.step.shifts)) == 1
        fmt = place.step.value.format
        fields = [
            f"{stem}_weight, {bias}, {stem}_shift, {0 if uniform else 1},",
            f"{op.groups}, {outs}, {ins}, {op.kernel[0]}, {op.kernel[1]}, {four}, {one},",
            "0, 0," if place.cells == S32 else f"{fmt.lo}, {fmt.hi},",
        ]
        return ["static const layer l = {", *(f"    {line}" for line in fields), "};"]

    def _sum(self, place: Place) -> list[str]:
        """An Add or a Requantize: operands into ``sums``, then requantized."""
        aligns = place.step.aligns or (0,)
        start, loop = [], []
        for i, align in enumerate(aligns):
            source = self._source(place, i)
            name, verb = "ab"[i], ("take", "plus")[i]
            start.append(f"const {source.cells.ctype} *const {name} = {self._at(source)};")
            loop.append(
                f"{verb}_{source.cells.suffix}(s->sums[0], {name} + c * {self._pitch(source)}, n,"
                f" {align});"
            )
        fmt = place.step.value.format
        limits = "" if place.cells == S32 else f", {fmt.lo}, {fmt.hi}"
        loop.append(
            f"put_{place.cells.suffix}(to + c * {self._pitch(place)}, s->sums[0], n,"
            f" {place.step.shifts[0]}{limits});"
        )
        return [*start, *self._for_channels(place, loop)]

    def _view(self, place: Place) -> list[str]:
        op, source = place.step.op, self._source(place)
        assert isinstance(op, PixelShuffle | NearestUpsample)
        by, pitch = op.scale, self._pitch(source)
        from_channel, apart = f"c * {pitch}", "0"
        if isinstance(op, PixelShuffle):
            from_channel, apart = f"(c * {by * by} + row % {by} * {by}) * {pitch}", pitch
        return [
            f"const {source.cells.ctype} *const from ="
            f" {self._at(source, f'row / {by}', f'x / {by}')};",
            *self._for_channels(
                place,
                [
                    f"deal_{source.cells.suffix}_{by}(to + c * {self._pitch(place)},"
                    f" from + {from_channel}, {apart}, n / {by});"
                ],
            ),
        ]

    @staticmethod
    def _for_channels(place: Place, body: list[str]) -> list[str]:
        return [
            f"for (int32_t c = 0; c < {place.channels}; c++) {{",
            *(f"    {line}" for line in body),
            "}",
        ]
