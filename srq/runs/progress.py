"""What a person sees of a run: a live line on a terminal, plain lines elsewhere."""

import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from srq.runs.measured import measured

# Where nothing can be overwritten, a line now and then is enough.
_PLAIN_INTERVAL_S = 10.0


class Watcher:
    """What the loop tells about itself; this one keeps it to itself. Calls must be quick."""

    def say(self, sentence: str) -> None:
        """Something a person should know once."""

    def began(self, step: int, steps: int) -> None:
        """Steps are about to be taken, from ``step``."""

    def advanced(self, entry: dict[str, Any]) -> None:
        """An entry was added to the log."""

    def ended(self) -> None:
        """No more steps are taken."""


class Display(Watcher):
    """Step, loss, scores, steps per second and time left, on ``console``."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None
        self._said_at = 0.0
        self._steps = 0
        self._figures: dict[str, str] = {}

    def say(self, sentence: str) -> None:
        """Print the sentence on a line of its own."""
        self._console.print(sentence, markup=False, soft_wrap=True)

    def began(self, step: int, steps: int) -> None:
        """Open the live line, if this is a terminal."""
        self._steps = steps
        if self._console.is_terminal:
            bar = Progress(
                MofNCompleteColumn(),
                BarColumn(),
                TextColumn("{task.description}", markup=False),
                TimeRemainingColumn(),
                console=self._console,
            )
            bar.add_task("", completed=step, total=steps)
            bar.start()
            self._bar = bar

    def advanced(self, entry: dict[str, Any]) -> None:
        """Show the entry's figures beside those known before."""
        if "loss" in entry:
            self._figures["loss"] = f"loss {entry['loss']:.5f}"
            self._figures["speed"] = f"{entry['steps_per_second']:.1f} steps/s"
        scores = measured(entry)
        if scores is not None:
            quantity, by_group = scores
            for group, score in by_group.items():
                self._figures[group] = f"{group} {quantity.text(score)}"
        figures = "  ".join(self._figures.values())
        if self._bar is not None:
            task = self._bar.task_ids[0]
            self._bar.update(task, completed=entry["step"], description=figures)
        elif scores is not None or time.monotonic() - self._said_at > _PLAIN_INTERVAL_S:
            self._said_at = time.monotonic()
            left = ""
            if entry.get("steps_per_second"):
                seconds = round((self._steps - entry["step"]) / entry["steps_per_second"])
                left = f"  {seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02} left"
            self.say(f"step {entry['step']}/{self._steps}  {figures}{left}")

    def ended(self) -> None:
        """Close the live line; what it showed last stays."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
