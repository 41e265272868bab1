"""A run folder while its run goes on: log, TensorBoard events, curves and states."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from srq.bundle import Notes
from srq.files import remove_stale
from srq.runs.curves import CURVES_FILE, draw_curves
from srq.runs.record import Entry, Record
from srq.runs.state import save_state

_DRAWING_INTERVAL_S = 60.0


class RunFolder:
    """Writes down what a loop does; only the first process of a run has one.

    path:  the folder; it is made where there is none.
    step:  from where the run goes on. What a killed process left behind is removed: entries of
           the log past that step, and what it was about to rename.
    notes: what every state says about the run.
    """

    def __init__(self, path: Path, step: int, notes: Notes) -> None:
        self.path = path
        self._notes = notes
        for folder in (path, *(entry for entry in path.glob("*") if entry.is_dir())):
            remove_stale(folder)
        self._record = Record(path, step)
        self._drawn_at = time.monotonic()

    @property
    def entries(self) -> list[Entry]:
        """The log, oldest entry first."""
        return self._record.entries

    def log(self, entry: Mapping[str, Any]) -> Entry:
        """Add an entry to the log, with the time; the curves are drawn again now and then."""
        kept = self._record.add(entry)
        if time.monotonic() - self._drawn_at > _DRAWING_INTERVAL_S:
            self.draw()
        return kept

    def save(self, step: int, tensors: Mapping[str, Tensor], notes: Notes) -> Path:
        """Write the state after ``step`` steps, with ``notes`` beside the run's own."""
        return save_state(self.path, step, tensors, {**self._notes, **notes})

    def draw(self) -> None:
        """Draw the curves so far; this takes as long as a hundred steps."""
        draw_curves(self._record.entries, self.path / CURVES_FILE)
        self._drawn_at = time.monotonic()
