"""The graph of a Program as a picture: text, SVG or PNG.

Ops stand one below the other in their order. What an op reads from right above it is the
line between them; whatever comes from further up runs down a lane beside the column.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from srq.errors import ConfigError
from srq.files import write_bytes
from srq.program.program import Program
from srq.program.report import summary

_FONT = 13
_LETTER = 0.62 * _FONT
_BOX_HEIGHT = 44
_STEP = 66
_LANE = 18
_MARGIN = 16


@dataclass(frozen=True)
class Lane:
    """An edge from op ``start`` to a later op ``end``, in the column ``column`` beside the ops."""

    start: int
    end: int
    column: int


def lanes(program: Program) -> list[Lane]:
    """The edges that pass over an op or more, each in the first column that is free for it."""
    place = {op.name: index for index, op in enumerate(program.ops)}
    far = sorted(
        {
            (place[source], end)
            for end, op in enumerate(program.ops)
            for source in op.sources
            if place[source] < end - 1
        }
    )
    taken: list[int] = []  # by column, the op where its last lane ends
    result: list[Lane] = []
    for start, end in far:
        free = (column for column, last in enumerate(taken) if last < start)
        column = next(free, len(taken))
        taken[column : column + 1] = [end]
        result.append(Lane(start, end, column))
    return result


def text(program: Program) -> str:
    """The diagram in characters, one line an op, without a newline at its end."""
    rows = [
        (step.op.name, summary(step), f"{step.value.channels} x {step.value.format}")
        for step in program.steps
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    rails = _rails(program)
    lines: list[str] = []
    for index, row in enumerate(rows):
        above = "│" if _reads_above(program, index) else " "
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append(f"{above} {cells} {rails[index]}".rstrip())
    return "\n".join(lines)


def _rails(program: Program) -> list[str]:
    """For each op, the characters of all lanes beside it."""
    drawn = lanes(program)
    width = 2 + 2 * max((lane.column + 1 for lane in drawn), default=0)
    grid = [[" "] * width for _ in program.ops]
    for lane in drawn:
        at = 2 * lane.column + 2
        for row in range(lane.start + 1, lane.end):
            grid[row][at] = "│"
    for lane in drawn:
        at = 2 * lane.column + 2
        for row, corner, first in ((lane.start, "┐", "─"), (lane.end, "┘", "◄")):
            for column in range(1, at):
                cell = grid[row][column]
                grid[row][column] = {" ": "─", "│": "┼", "┐": "┬", "┘": "┴"}.get(cell, cell)
            grid[row][at] = corner
            if grid[row][0] != "◄":
                grid[row][0] = first
    return ["".join(row) for row in grid]


def _reads_above(program: Program, index: int) -> bool:
    return index > 0 and program.ops[index - 1].name in program.ops[index].sources


@dataclass(frozen=True)
class _Box:
    y: float
    title: str
    words: str


@dataclass(frozen=True)
class _Drawing:
    """Boxes in a column, lines between them; an arrow stands at each line's last point."""

    width: float
    height: float
    box_width: float
    boxes: list[_Box]
    lines: list[list[tuple[float, float]]]


def _drawing(program: Program) -> _Drawing:
    boxes = [
        _Box(
            _MARGIN + index * _STEP,
            f"{step.op.name}: {step.value.channels} x {step.value.format}",
            summary(step),
        )
        for index, step in enumerate(program.steps)
    ]
    longest = max(len(line) for box in boxes for line in (box.title, box.words))
    box_width = longest * _LETTER + 20
    middle, right = _MARGIN + box_width / 2, _MARGIN + box_width
    lines = [
        [(middle, boxes[i - 1].y + _BOX_HEIGHT), (middle, boxes[i].y)]
        for i in range(1, len(boxes))
        if _reads_above(program, i)
    ]
    drawn = lanes(program)
    for lane in drawn:
        x = right + (lane.column + 1) * _LANE
        # Leaves from the lower half and comes in at the upper: two lanes at one op stay apart.
        start, end = boxes[lane.start].y + 30, boxes[lane.end].y + 14
        lines.append([(right, start), (x, start), (x, end), (right, end)])
    columns = max((lane.column + 1 for lane in drawn), default=0)
    width = right + columns * _LANE + _MARGIN
    return _Drawing(width, boxes[-1].y + _BOX_HEIGHT + _MARGIN, box_width, boxes, lines)


def svg(program: Program) -> str:
    """The diagram as an SVG document."""
    drawing = _drawing(program)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawing.width:.0f}"'
        f' height="{drawing.height:.0f}" font-family="monospace" font-size="{_FONT}">',
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8"'
        ' markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z"/></marker></defs>',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for points in drawing.lines:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="black" marker-end="url(#arrow)"/>'
        )
    for box in drawing.boxes:
        parts.append(
            f'<rect x="{_MARGIN}" y="{box.y}" width="{drawing.box_width:.1f}"'
            f' height="{_BOX_HEIGHT}" rx="5" fill="#eef3fa" stroke="#35608f"/>'
        )
        for y, line in ((17, box.title), (35, box.words)):
            parts.append(f'<text x="{_MARGIN + 10}" y="{box.y + y}">{escape(line)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def png(program: Program, *, zoom: int = 2) -> bytes:
    """The diagram as a PNG file's bytes, ``zoom`` pixels for each unit of the SVG."""
    from PIL import Image, ImageDraw, ImageFont

    drawing = _drawing(program)
    size = (round(drawing.width * zoom), round(drawing.height * zoom))
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(_FONT * zoom)
    for points in drawing.lines:
        draw.line([(x * zoom, y * zoom) for x, y in points], "black", zoom)
        (x0, y0), (x1, y1) = ((x * zoom, y * zoom) for x, y in points[-2:])
        back, side = 8 * zoom, 4 * zoom
        if y0 == y1:
            sign = 1 if x0 > x1 else -1
            head = [(x1, y1), (x1 + sign * back, y1 - side), (x1 + sign * back, y1 + side)]
        else:
            head = [(x1, y1), (x1 - side, y1 - back), (x1 + side, y1 - back)]
        draw.polygon(head, "black")
    for box in drawing.boxes:
        corners = [_MARGIN, box.y, _MARGIN + drawing.box_width, box.y + _BOX_HEIGHT]
        draw.rounded_rectangle([c * zoom for c in corners], 5 * zoom, "#eef3fa", "#35608f", zoom)
        for y, line in ((4, box.title), (22, box.words)):
            draw.text(((_MARGIN + 10) * zoom, (box.y + y) * zoom), line, "black", font)
    stream = BytesIO()
    image.save(stream, "png")
    return stream.getvalue()


def write(program: Program, path: Path) -> None:
    """Write the diagram to ``path``, as its suffix says: .svg, .png or .txt.

    Raises ConfigError for another suffix, StorageError where the file system refuses.
    """
    match path.suffix.lower():
        case ".svg":
            data = svg(program).encode()
        case ".png":
            data = png(program)
        case ".txt":
            data = (text(program) + "\n").encode()
        case suffix:
            raise ConfigError(
                f"A diagram is written as .svg, .png or .txt, not {suffix or 'without a suffix'};"
                f" rename {path.name}."
            )
    write_bytes(path, data)
