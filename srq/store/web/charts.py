"""Charts as SVG, made by the server: no script, readable without sight by their texts."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from srq.store.report import size
from srq.store.web.pages import day

_WIDTH, _HEIGHT = 480, 200
_LEFT, _BOTTOM = 8, 22


def _svg(height: float, label: str, parts: list[str]) -> Markup:
    body = "".join(parts)
    return Markup(
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height:g}" role="img"'
        f' aria-label="{escape(label)}">{body}</svg>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start", css: str = "") -> str:
    named = f' class="{css}"' if css else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{escape(text)}</text>'


def _bar(css: str, y: float, width: float) -> str:
    return f'<rect class="{css}" x="0" y="{y:g}" width="{width:.1f}" height="7" rx="2"/>'


def growth(days: Sequence[tuple[int, int, int]], names: tuple[str, str]) -> Markup:
    """Two lines over time, of (seconds since 1970, bytes that came, bytes that are taken)."""
    if not days:
        return Markup('<p class="soft">Nothing yet.</p>')
    if len(days) == 1:
        return bars([(day(days[0][0]), *days[0][1:])])
    first, last = days[0][0], days[-1][0]
    most = max(max(came, takes) for _, came, takes in days) or 1
    bottom = _HEIGHT - _BOTTOM

    def x(time: int) -> float:
        return _LEFT + (_WIDTH - 2 * _LEFT) * (time - first) / (last - first)

    def y(value: int) -> float:
        return bottom - (bottom - 20) * value / most

    def steps(column: int) -> str:
        points: list[str] = []
        for number, row in enumerate(days):
            if number:  # sums change on a day, not between two
                points.append(f"{x(row[0]):.1f},{y(days[number - 1][column]):.1f}")
            points.append(f"{x(row[0]):.1f},{y(row[column]):.1f}")
        return " ".join(points)

    def area(column: int, css: str) -> str:
        ends = f"{x(last):.1f},{bottom} {x(first):.1f},{bottom}"
        return f'<polygon class="{css}" points="{steps(column)} {ends}"/>'

    came, takes = days[-1][1], days[-1][2]
    label = f"{names[0]} {size(came)}, {names[1]} {size(takes)}"
    parts = [
        area(2, "stored shade"),
        f'<polyline class="outline" points="{steps(1)}"/>',
        f'<polyline class="line" points="{steps(2)}"/>',
        _text(_WIDTH - _LEFT, 12, f"at most {size(most)}", "end"),
        f'<line class="axis" x1="{_LEFT}" y1="{bottom}" x2="{_WIDTH - _LEFT}" y2="{bottom}"/>',
        _text(_LEFT, 12, label, css="label"),
        _text(_LEFT, _HEIGHT - 6, day(first)),
        _text(_WIDTH - _LEFT, _HEIGHT - 6, day(last), "end"),
    ]
    return _svg(_HEIGHT, label, parts)


def bars(rows: Sequence[tuple[str, int, int]], most_rows: int = 8) -> Markup:
    """A pair of bars for each name: bytes that came, and bytes that are taken."""
    if not rows:
        return Markup('<p class="soft">Nothing yet.</p>')
    rows = rows[:most_rows]
    most = max(max(came, takes) for _, came, takes in rows) or 1
    parts: list[str] = []
    for number, (name, came, takes) in enumerate(rows):
        y = number * 42
        wide, narrow = (_WIDTH * value / most for value in (came, takes))
        parts += [
            _text(0, y + 12, name, css="label"),
            _text(_WIDTH, y + 12, f"{size(came)} → {size(takes)}", "end"),
            _bar("came", y + 18, wide),
            _bar("stored", y + 26, max(narrow, 2)),
        ]
    label = "; ".join(f"{name}: {size(came)} in {size(takes)}" for name, came, takes in rows)
    return _svg(len(rows) * 42, label, parts)


def histogram(bins: Sequence[tuple[int, int]], width: int, least: int = 30) -> Markup:
    """How many pictures have which SSIMULACRA2; all below ``least`` stand there."""
    if not any(number for _, number in bins):
        return Markup('<p class="soft">Nothing was measured yet.</p>')
    count: dict[int, int] = {}
    for place, number in bins:
        at = min(100, max(least, place))
        count[at] = count.get(at, 0) + number
    places = range(least, 101, width)
    most = max(count.values())
    step = (_WIDTH - 2 * _LEFT) / len(places)
    bottom = _HEIGHT - _BOTTOM
    parts = [f'<line class="axis" x1="{_LEFT}" y1="{bottom}" x2="{_WIDTH - _LEFT}" y2="{bottom}"/>']
    for number, place in enumerate(places):
        found = count.get(place, 0)
        x, tall = _LEFT + number * step, (bottom - 30) * found / most
        if found:
            parts += [
                f'<rect class="stored" x="{x + 2:.1f}" y="{bottom - tall:.1f}"'
                f' width="{step - 4:.1f}" height="{tall:.1f}" rx="3"/>',
                _text(x + step / 2, bottom - tall - 5, str(found), "middle"),
            ]
        if place % 10 == 0:
            name = "exact" if place == 100 else str(place)
            parts.append(_text(x + step / 2, _HEIGHT - 6, name, "middle"))
    told = ", ".join(f"{found} from {place} on" for place, found in sorted(count.items()))
    return _svg(_HEIGHT, f"Pictures by SSIMULACRA2: {told}", parts)
