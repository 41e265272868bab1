"""The report of a run: a page that needs nothing else, and contact sheets as PNG."""

import base64
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from srq.datasets.curate.contact_sheet import contact_sheet
from srq.datasets.curate.histogram import histogram
from srq.datasets.curate.record import Done, Run
from srq.datasets.curate.stages import Cut, Duplicates, Multiscale, Score, Tiles
from srq.datasets.curate.views import View
from srq.files import write_bytes, write_text
from srq.image.picture import Picture
from srq.image.png import encode_png
from srq.page import escaped, page

SHEETS = "report"
_MOST_THUMBS = 24
_MOST_REASONS = 200

_STYLE = """
:root { --faint: #888; --cut: #c62828; }
@media (prefers-color-scheme: dark) { :root { --cut: #ef9a9a; } }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
.scroll { max-height: 24rem; overflow: auto; }
th, td { padding: .3rem .6rem; vertical-align: top; } td.n, th.n { white-space: nowrap; }
figure { margin: 1rem 0; } figcaption { color: var(--faint); }
img { max-width: 100%; height: auto; } svg { width: 100%; height: auto; }
summary { cursor: pointer; margin: .5rem 0; }
"""


def write_report(run: Run, folder: str, out: Path) -> Path:
    """Write ``out``/report.html and the PNG files of ``out``/report; the page's path."""
    parts = [
        f"<h1>{_text(run.recipe)}</h1>",
        f"<p>{_text(run.description)}</p>",
        _summary(run),
    ]
    if run.rejected:
        rows = [(one.path, one.reason) for one in run.rejected]
        parts.append("<h2>Files that were rejected</h2>" + _reasons(rows, "file"))
    parts.extend(_stage(done, folder, out) for done in run.stages)
    last = run.stages[-1].kept if run.stages else ()
    parts.append("<h2>What was kept</h2>")
    parts.append(_sheet("kept", _spread(last), folder, out, "Pictures from all that was kept."))
    if run.validation:
        parts.append("<h2>Validation</h2>")
        text = "Pictures that came next, in order of their file names."
        parts.append(_sheet("validation", list(run.validation), folder, out, text))
    write_text(out / "report.html", page(f"Curation: {run.recipe}", _STYLE, parts))
    return out / "report.html"


def _summary(run: Run) -> str:
    rows = [f"<tr><td>pictures read</td><td class=n></td><td class=n>{run.sources}</td></tr>"]
    for done in run.stages:
        change = len(done.kept) - len(done.came)
        shown = f"{change:+d}" if change else ""
        rows.append(
            f'<tr><td><a href="#stage-{done.number}">{_text(describe(done))}</a></td>'
            f"<td class=n>{shown}</td><td class=n>{len(done.kept)}</td></tr>"
        )
    head = "<tr><th>stage</th><th class=n>change</th><th class=n>pictures</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def describe(done: Done) -> str:
    """A stage in a few words."""
    stage = done.stage
    if isinstance(stage, Score):
        return f"{done.number}. Score by {', '.join(stage.by)}"
    if isinstance(stage, Duplicates):
        return f"{done.number}. Drop duplicates (up to {stage.distance} of 64 bits differ)"
    if isinstance(stage, Multiscale):
        edge = f", shortest edge {stage.shortest_edge}" if stage.shortest_edge else ""
        scales = ", ".join(f"{scale:g}" for scale in stage.scales)
        return f"{done.number}. Resize to {scales}{edge}"
    if isinstance(stage, Tiles):
        return f"{done.number}. Cut tiles of {stage.size}, every {stage.step} pixels"
    if isinstance(stage, Cut):
        limits = {
            "count": stage.count,
            "share": stage.share,
            "min": stage.low,
            "max": stage.high,
            "each folder": stage.each,
        }
        shown = [f"{name} {value:g}" for name, value in limits.items() if value is not None]
        shown += [f"{name}: {count}" for name, count in stage.quotas.items()]
        return f"{done.number}. Cut by {stage.by} ({', '.join(shown)})"
    return f"{done.number}. {done.kind}"


def _stage(done: Done, folder: str, out: Path) -> str:
    parts = [f'<h2 id="stage-{done.number}">{_text(describe(done))}</h2>']
    parts.append(f"<p>{len(done.came)} pictures came in, {len(done.kept)} went on.</p>")
    if isinstance(done.stage, Score):
        parts.extend(histogram(done.scores[name], name) for name in done.stage.by)
    if isinstance(done.stage, Cut):
        labels = {view.label for view in done.kept}
        stays = [view.label in labels for view in done.came]
        parts.append(histogram(done.scores[done.by], done.by, stays))
        best = [view for view in done.ranked if view.label in labels]
        gone = [view for view in done.ranked if view.label not in labels]
        parts += _ends(f"stage-{done.number:02d}-kept", best, folder, out, "Kept")
        parts += _ends(f"stage-{done.number:02d}-cut", gone, folder, out, "Cut")
    if done.gone:
        if isinstance(done.stage, Duplicates):
            gone = [view for view, _ in done.gone]
            parts.append(
                _sheet(f"stage-{done.number:02d}-gone", _spread(gone), folder, out, "Repeated.")
            )
        parts.append(_folders(done))
        parts.append(_reasons([(view.label, reason) for view, reason in done.gone], "picture"))
    return "".join(parts)


def _ends(name: str, views: list[View], folder: str, out: Path, word: str) -> list[str]:
    """The best and the worst of pictures in order, or all where these are few."""
    half = _MOST_THUMBS // 2
    if len(views) <= _MOST_THUMBS:
        return [_sheet(name, views, folder, out, f"{word}, the best first.")]
    return [
        _sheet(f"{name}-best", views[:half], folder, out, f"{word}: the best of these."),
        _sheet(f"{name}-worst", views[-half:], folder, out, f"{word}: the worst of these."),
    ]


def _folders(done: Done) -> str:
    """How many of each folder came in and went on, where there are several."""
    came = Counter(view.source.folder or "(top)" for view in done.came)
    if len(came) < 2:
        return ""
    went = Counter(view.source.folder or "(top)" for view in done.kept)
    rows = "".join(
        f"<tr><td>{_text(name)}</td><td class=n>{came[name]}</td><td class=n>{went[name]}</td></tr>"
        for name in sorted(came)
    )
    head = "<tr><th>folder</th><th class=n>came in</th><th class=n>went on</th></tr>"
    return f'<div class="scroll"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>'


def _reasons(rows: Sequence[tuple[str, str]], noun: str) -> str:
    shown = "".join(
        f"<tr><td>{_text(name)}</td><td>{_text(reason)}</td></tr>"
        for name, reason in rows[:_MOST_REASONS]
    )
    more = len(rows) - _MOST_REASONS
    rest = f"<p>And {more} more, in the folder <code>stages</code>.</p>" if more > 0 else ""
    return (
        f"<details><summary>{len(rows)} with reasons</summary>"
        f'<div class="scroll"><table><thead><tr><th>{noun}</th><th>reason</th></tr></thead>'
        f"<tbody>{shown}</tbody></table></div>{rest}</details>"
    )


def _sheet(name: str, views: Sequence[View], folder: str, out: Path, caption: str) -> str:
    """A contact sheet as a file and in the page; nothing for no pictures."""
    if not views:
        return ""
    data = encode_png(Picture(contact_sheet(views, folder)))
    write_bytes(out / SHEETS / f"{name}.png", data)
    shown = base64.b64encode(data).decode()
    alt = _text(f"{caption} {', '.join(view.label for view in views)}")
    return (
        f'<figure><img alt="{alt}" src="data:image/png;base64,{shown}">'
        f"<figcaption>{_text(caption)}</figcaption></figure>"
    )


def _spread(views: Sequence[View]) -> list[View]:
    count = min(_MOST_THUMBS, len(views))
    return [views[len(views) * k // count] for k in range(count)]


def _text(text: str) -> str:
    shown = text.encode("utf-8", "replace").decode()  # names that are not text
    return escaped("".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in shown))
