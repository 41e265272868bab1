"""What each stage of a run did, as the report and the files of stages tell it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from srq.datasets.curate.sources import Rejected
from srq.datasets.curate.stages import Cut, Stage
from srq.datasets.curate.views import View
from srq.files import write_text


@dataclass(frozen=True)
class Done:
    """One stage's outcome.

    ``kept`` are the pictures after it, ``gone`` those that it took away, with the reason;
    ``scores`` are those of the pictures that came in (``came``), by scorer, in order.
    """

    number: int
    stage: Stage
    came: Sequence[View]
    kept: Sequence[View]
    gone: Sequence[tuple[View, str]] = ()
    scores: Mapping[str, Sequence[float]] = field(default_factory=dict)
    ranked: Sequence[View] = ()

    @property
    def kind(self) -> str:
        """The stage as a word for people and for file names."""
        return type(self.stage).__name__.lower()

    @property
    def by(self) -> str:
        """The scorer that a cut went by; "" for other stages."""
        return self.stage.by if isinstance(self.stage, Cut) else ""

    def write(self, folder: Path) -> None:
        """Write ``folder``/NN-KIND.jsonl, atomically: a line for each picture, kept or gone."""
        values = {
            view.label: {name: scores[k] for name, scores in self.scores.items()}
            for k, view in enumerate(self.came)
        }
        reasons = {view.label: reason for view, reason in self.gone}
        lines = [
            json.dumps(
                {
                    "picture": view.label,
                    "kept": view.label not in reasons,
                    **({"reason": reasons[view.label]} if view.label in reasons else {}),
                    **({"scores": values[view.label]} if values.get(view.label) else {}),
                }
            )
            for view in (*self.kept, *(view for view, _ in self.gone))
        ]
        write_text(
            folder / f"{self.number:02d}-{self.kind}.jsonl", "".join(f"{x}\n" for x in lines)
        )


@dataclass(frozen=True)
class Run:
    """All of a run that a report tells: the recipe's name, what was read, and every stage."""

    recipe: str
    description: str
    sources: int
    rejected: Sequence[Rejected]
    stages: Sequence[Done]
    validation: Sequence[View] = ()
