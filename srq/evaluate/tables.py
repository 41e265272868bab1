"""Evaluations as tables: markdown for pages, CSV for spreadsheets."""

import csv
import io
from dataclasses import asdict, dataclass, fields
from typing import Any

from srq.evaluate.published import PUBLISHED, Published
from srq.evaluate.result import BASELINE, Evaluation, Mean, Score

EN_DASH = "–"

_NAMED = 5


@dataclass(frozen=True)
class Table:
    """Cells of text: a head and rows as long as it."""

    head: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """The table's lines in markdown."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def tables(evaluation: Evaluation, *, published: bool = False) -> list[Table]:
    """The evaluation's means, models down.

    With one condition, the sets stand across with PSNR in dB, the gain over bicubic and SSIM;
    with several, there is a table for each set with the conditions across, without SSIM.
    ``published`` adds a table of its own with the figures that others published for these sets.
    """
    if len(evaluation.conditions) > 1:
        found = [_by_condition(evaluation, name) for name in evaluation.sets]
    else:
        found = [_by_set(evaluation)]
    rows = _published(evaluation) if published else []
    if rows:
        heading = f"x{evaluation.scale}, published, not measured here"
        found.append(Table([heading, "weights", *evaluation.sets, "source"], rows))
    return found


def markdown(evaluation: Evaluation, *, published: bool = False) -> str:
    """``tables`` and ``remark`` as markdown, an empty line between them."""
    found = [table.markdown() for table in tables(evaluation, published=published)]
    if said := remark(evaluation):
        found.append(f"{said}\n")
    return "\n".join(found)


def remark(evaluation: Evaluation) -> str:
    """The sentence on pictures that count in no mean PSNR; empty where all count."""
    names = evaluation.equal_pictures()
    if not names:
        return ""
    shown = ", ".join(names[:_NAMED]) + (" and others" if len(names) > _NAMED else "")
    return (
        f"Mean PSNRs leave out what a model made equal to HR (an infinite PSNR, of a flat picture"
        f" as a rule): {shown}."
    )


def csv_text(evaluation: Evaluation) -> str:
    """Every score as a line of CSV, with a line for each set's mean (its picture is "mean")."""
    stream = io.StringIO()
    names = [*(item.name for item in fields(Score)), "gain"]
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    bicubic = {
        (score.set, score.condition, score.picture): score.psnr
        for score in evaluation.scores
        if score.model == BASELINE
    }
    for score in evaluation.scores:
        base = bicubic[score.set, score.condition, score.picture]
        gain = 0.0 if score.psnr == base else score.psnr - base
        writer.writerow(_rounded(asdict(score) | {"gain": gain}))
    for mean in evaluation.to_json()["means"]:
        row = {key: item for key, item in mean.items() if key in names}
        writer.writerow(_rounded(row | {"picture": "mean"}))
    return stream.getvalue()


def _by_set(evaluation: Evaluation) -> Table:
    condition = evaluation.conditions[0]
    rows = [
        [
            model,
            _count(about.get("weights")),
            *(_full(model, evaluation.mean(model, name, condition)) for name in evaluation.sets),
        ]
        for model, about in evaluation.models.items()
    ]
    title = f"x{evaluation.scale}, measured" + ("" if condition == "clean" else f", {condition}")
    return Table([title, "weights", *evaluation.sets], rows)


def _by_condition(evaluation: Evaluation, set_name: str) -> Table:
    means = {
        model: [evaluation.mean(model, set_name, name) for name in evaluation.conditions]
        for model in evaluation.models
    }
    shown = [
        index
        for index in range(len(evaluation.conditions))
        if any(row[index] for row in means.values())
    ]
    rows = [
        [model, *(_short(model, row[index]) for index in shown)] for model, row in means.items()
    ]
    title = f"{set_name}, x{evaluation.scale}"
    return Table([title, *(evaluation.conditions[index] for index in shown)], rows)


def _published(evaluation: Evaluation) -> list[list[str]]:
    return [
        [
            row.model,
            row.weights or EN_DASH,
            *(_figures(row, name) for name in evaluation.sets),
            row.source,
        ]
        for row in PUBLISHED
        if row.scale == evaluation.scale and row.figures.keys() & set(evaluation.sets)
    ]


def _figures(row: Published, set_name: str) -> str:
    if set_name not in row.figures:
        return EN_DASH
    psnr, ssim = row.figures[set_name]
    return f"{psnr:.2f}" if ssim is None else f"{psnr:.2f} {_ssim(ssim)}"


def _full(model: str, mean: Mean | None) -> str:
    return EN_DASH if mean is None else f"{_short(model, mean)} {_ssim(mean.ssim)}"


def _short(model: str, mean: Mean | None) -> str:
    if mean is None:
        return EN_DASH
    return f"{mean.psnr:.2f}" if model == BASELINE else f"{mean.psnr:.2f} ({mean.gain:+.2f})"


def _ssim(value: float) -> str:
    return f"{value:.4f}".removeprefix("0")


def _count(weights: int | None) -> str:
    return f"{weights:,}" if weights else EN_DASH


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {key: f"{item:.6f}" if isinstance(item, float) else item for key, item in row.items()}
