"""What a run made: counts, what was drawn, and what was rejected and why, as JSON and a page."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from srq.datasets.degrading.finish import read_marks
from srq.datasets.degrading.part import RECORDS, read_log
from srq.datasets.degrading.settings import read_settings
from srq.files import write_text
from srq.page import escaped, page

PAGE, NUMBERS = "report.html", "report.json"

_BINS = 20
_MOST_WORDS = 40
_MOST_REJECTS = 1000
_BLOCK = 4096

_STYLE = """
th, td { padding: .2rem .6rem; } td.n { width: 12rem; }
td.bar { width: 50%; } td.bar div { background: var(--bar); height: .9rem; }
"""


@dataclass
class _Draws:
    """The values of one parameter: words are counted, numbers go into bins."""

    words: Counter[str] = field(default_factory=Counter)
    low: float = np.inf
    high: float = -np.inf
    numbers: int = 0
    total: float = 0.0
    whole: bool = True
    bins: np.ndarray = field(default_factory=lambda: np.zeros(_BINS, np.int64))
    waiting: list[float] = field(default_factory=list)

    def span(self, value: Any) -> None:
        """The first pass: find the ends, and count."""
        if isinstance(value, str | bool):
            self.words[str(value)] += 1
        elif isinstance(value, int | float):
            self.low, self.high = min(self.low, value), max(self.high, value)
            self.numbers += 1
            self.total += value
            self.whole = self.whole and isinstance(value, int)

    def bin(self, value: Any) -> None:
        """The second pass: put a number into its bin."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.waiting.append(value)
            if len(self.waiting) >= _BLOCK:
                self.flush()

    def flush(self) -> None:
        """Count the numbers that wait."""
        self.bins = self.bins + np.histogram(self.waiting, self.edges)[0]
        self.waiting = []

    @property
    def edges(self) -> np.ndarray:
        """The ends of the bins: whole numbers have bins of whole numbers."""
        if self.whole:
            width = max(1, -(-(int(self.high) - int(self.low) + 1) // _BINS))
            return self.low - 0.5 + width * np.arange(_BINS + 1)
        # Where all are one number, NumPy makes bins around it.
        return np.histogram_bin_edges([], _BINS, (self.low, self.high))

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        found: dict[str, Any] = {}
        if self.words:
            found["words"] = dict(self.words.most_common(_MOST_WORDS))
        if self.numbers:
            self.flush()
            found |= {"count": self.numbers, "low": self.low, "high": self.high}
            found["mean"] = self.total / self.numbers
            found |= {"edges": self.edges.tolist(), "bins": self.bins.tolist()}
        return found


def report(out: Path) -> dict[str, Any]:
    """Write report.html and report.json into a run's folder; what the second says.

    A run that is not finished is reported as far as it is. Raises DataError if ``out`` is no run.
    """
    settings = read_settings(out)
    parts = sorted(path.stem for path in (out / RECORDS).glob("*.json"))
    sources = lows = size = 0
    rejected: dict[str, str] = {}
    for mark in read_marks(out, parts):
        sources += len(mark.sources)
        lows += mark.lows
        size += sum(size for size, _ in mark.files.values())
        rejected |= mark.rejected
    outputs: Counter[str] = Counter()
    kinds: dict[str, int] = defaultdict(int)
    draws: dict[tuple[str, str], _Draws] = defaultdict(_Draws)
    for low in _lows(out, parts):
        outputs[low.get("output", "")] += 1
        for step in low["steps"]:
            kinds[step["kind"]] += 1
            for name, value in _values(step):
                draws[step["kind"], name].span(value)
    for low in _lows(out, parts):
        for step in low["steps"]:
            for name, value in _values(step):
                draws[step["kind"], name].bin(value)
    found: dict[str, Any] = {
        "recipe": settings.recipe,
        "scale": settings.scale,
        "seed": settings.seed,
        "format": settings.format,
        "versions": dict(settings.versions),
        "parts": len(parts),
        "sources": sources,
        "lows": lows,
        "bytes": size,
        "outputs": dict(outputs),
        "rejected": rejected,
        "steps": {
            kind: {
                "count": count,
                "draws": {name: d.to_json() for (k, name), d in draws.items() if k == kind},
            }
            for kind, count in kinds.items()
        },
    }
    write_text(out / NUMBERS, json.dumps(found, indent=2) + "\n")
    write_text(out / PAGE, _page(found))
    return found


def _lows(out: Path, parts: Iterable[str]) -> Iterable[Mapping[str, Any]]:
    for part in parts:
        for line in read_log(out, part):
            yield from line["lr"]


def _values(step: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    return ((name, value) for name, value in step.items() if name != "kind")


def _page(found: Mapping[str, Any]) -> str:
    title = f"Degraded by {found['recipe']}"
    rows = [
        ("recipe", found["recipe"]),
        ("scale, seed", f"{found['scale']}, {found['seed']}"),
        ("pictures", f"{found['sources']:,}"),
        ("rejected", f"{len(found['rejected']):,}"),
        ("LR pictures", f"{found['lows']:,}"),
        ("bytes", f"{found['bytes']:,}"),
        ("parts", f"{found['parts']:,}"),
        ("versions", ", ".join(f"{k} {v}" for k, v in found["versions"].items())),
    ]
    body = [f"<h1>{escaped(title)}</h1>", _table(rows)]
    if len(found["outputs"]) > 1:
        body.append("<h2>LR pictures</h2>" + _bars(found["outputs"]))
    for kind, step in found["steps"].items():
        body.append(f"<h2>{escaped(kind)}, {step['count']:,} times</h2>")
        for name, draw in step["draws"].items():
            if "words" in draw:
                body.append(f"<h3>{escaped(name)}</h3>" + _bars(draw["words"]))
            if "bins" in draw:
                head = f"{name}: {draw['low']:g} to {draw['high']:g}, mean {draw['mean']:g}"
                body.append(f"<h3>{escaped(head)}</h3>" + _bars(_labelled(draw)))
    if found["rejected"]:
        listed = list(found["rejected"].items())
        body.append("<h2>Rejected</h2>" + _table(listed[:_MOST_REJECTS]))
        if len(listed) > _MOST_REJECTS:
            body.append(f"<p>And {len(listed) - _MOST_REJECTS:,} more, in rejects.jsonl.</p>")
    return page(title, _STYLE, body)


def _labelled(draw: Mapping[str, Any]) -> dict[str, int]:
    """The bins up to the last that holds anything, by what they hold."""
    edges, bins = draw["edges"], draw["bins"]
    last = max(i for i, count in enumerate(bins) if count)
    return {f"{edges[i]:g} to {edges[i + 1]:g}": bins[i] for i in range(last + 1)}


def _bars(counts: Mapping[str, int]) -> str:
    most = max(counts.values())
    rows = (
        f"<tr><td>{escaped(name) or '(one)'}</td><td class=n>{count:,}</td>"
        f'<td class=bar><div style="width:{100 * count / most:.1f}%"></div></td></tr>'
        for name, count in counts.items()
    )
    return f"<table>{''.join(rows)}</table>"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = (f"<tr><td>{escaped(name)}</td><td>{escaped(value)}</td></tr>" for name, value in rows)
    return f"<table>{''.join(cells)}</table>"
