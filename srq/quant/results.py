"""The result file of a sweep: scores by method and widths, kept as they come, shown as tables."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from srq.errors import DataError
from srq.files import storage_error, write_text
from srq.quant.sweep import Widths, psnr_table

CHOSEN = (Widths(8, 8), Widths(6, 8), Widths(5, 7), Widths(4, 6))
"""Widths that are looked at more closely."""


@dataclass(frozen=True)
class Method:
    """How twins were made: with one binary point for a layer's weights or one per output
    channel, with or without training."""

    per_channel: bool = False
    trained: bool = False

    def __str__(self) -> str:
        points = "a binary point per channel" if self.per_channel else "a binary point per layer"
        return f"{'trained' if self.trained else 'untrained'}, {points}"


class Training(NamedTuple):
    """How many steps a twin was trained for, and at what learning rate."""

    steps: int
    rate: float

    def __str__(self) -> str:
        return f"{self.steps:,} at {self.rate:g}"


@dataclass
class SweepResults:
    """Scores of a network at many widths.

    about: what was measured: the network's hash, the pictures, versions, the machine.
    unquantized: the float network's PSNR in dB, by set.
    scores: each twin's PSNR in dB by set.
    trainings: how each trained twin was trained.
    """

    about: dict[str, Any]
    unquantized: dict[str, float]
    scores: dict[tuple[Method, Widths], dict[str, float]] = field(default_factory=dict)
    trainings: dict[tuple[Method, Widths], Training] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "SweepResults":
        """The results in a file; DataError where it is none, StorageError if unreadable."""
        try:
            table = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise storage_error("read", path, error) from error
        except ValueError:
            raise DataError(f"{path} is no JSON; remove it and measure again.") from None
        try:
            results = cls(table["about"], table["float"])
            for cell in table["cells"]:
                method = Method(cell["per_channel"], cell["trained"])
                key = method, Widths(cell["weights"], cell["activations"])
                results.scores[key] = cell["psnr"]
                if method.trained:
                    results.trainings[key] = Training(cell["steps"], cell["rate"])
            return results
        except (KeyError, TypeError):
            raise DataError(f"{path} holds no sweep; name a file that a sweep wrote.") from None

    def write(self, path: Path) -> None:
        """Write all to ``path``, atomically, one line for each twin."""
        cells = [
            {
                "per_channel": method.per_channel,
                "trained": method.trained,
                "weights": widths.weights,
                "activations": widths.activations,
                **(self.trainings[method, widths]._asdict() if method.trained else {}),
                "psnr": {name: round(score, 4) for name, score in psnr.items()},
            }
            for (method, widths), psnr in self.scores.items()
        ]
        lines = ",\n".join("    " + json.dumps(cell) for cell in cells)
        head = json.dumps({"about": self.about, "float": self.unquantized}, indent=2)[:-2]
        write_text(path, f'{head},\n  "cells": [\n{lines}\n  ]\n}}\n')

    @property
    def methods(self) -> list[Method]:
        """The methods there are scores of, in the order they came."""
        return list(dict.fromkeys(method for method, _ in self.scores))

    def lost(self, method: Method, widths: Widths) -> float | None:
        """The mean over the sets of the dB lost against the float network; None if unmeasured."""
        psnr = self.scores.get((method, widths))
        if psnr is None:
            return None
        return fmean(self.unquantized[name] - score for name, score in psnr.items())

    def curve(self, method: Method) -> dict[Widths, float]:
        """The dB gained (below zero: lost) by width."""
        found = ((w, self.lost(m, w)) for m, w in self.scores if m == method)
        return {widths: -lost for widths, lost in found if lost is not None}

    def markdown(self) -> str:
        """A table of the dB lost for each method, and one that sets some widths side by side."""
        parts = [self._chosen()] if len(self.methods) > 1 else []
        for method in self.methods:
            widths = [w for m, w in self.scores if m == method]
            table = psnr_table(lambda w, method=method: self.lost(method, w), widths)
            parts.append(f"dB lost, {method}:\n\n{table}{self._remarks(method)}")
        return "\n".join(parts)

    def _chosen(self) -> str:
        """The widths of CHOSEN, a column for each method."""
        lines = [
            "| weights/activations | " + " | ".join(map(str, self.methods)) + " |",
            "|---" * (len(self.methods) + 1) + "|",
        ]
        for widths in CHOSEN:
            cells = (self.lost(method, widths) for method in self.methods)
            written = ("" if cell is None else f"{cell:.3f}" for cell in cells)
            lines.append(f"| {widths} | " + " | ".join(written) + " |")
        return "dB lost at some widths:\n\n" + "\n".join(lines) + "\n"

    def _remarks(self, method: Method) -> str:
        """Of a trained method: how it was trained, and what was left untrained."""
        if not method.trained:
            return ""
        rows: dict[int, set[Training]] = {}
        for (m, widths), training in self.trainings.items():
            if m == method:
                rows.setdefault(widths.weights, set()).add(training)
        steps = "; ".join(
            f"{weights} bits {' or '.join(map(str, sorted(rows[weights])))}"
            for weights in sorted(rows)
        )
        text = f"\nSteps of training, and their rate, by weights: {steps}.\n"
        untrained = Method(method.per_channel)
        left = [w for m, w in self.scores if m == untrained and (method, w) not in self.scores]
        most = max((self.lost(untrained, widths) or 0 for widths in left), default=None)
        if most is not None:
            text += f"Empty cells were not trained: untrained they lose at most {most:.3f} dB.\n"
        return text
