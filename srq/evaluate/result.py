"""What an evaluation found, and what it takes to find it again: one JSON file."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from srq.errors import DataError
from srq.files import storage_error
from srq.provenance import Provenance

FORMAT = "srq.evaluation"
VERSION = 1
BASELINE = "bicubic"


@dataclass(frozen=True)
class Score:
    """One picture, one condition, one model, to six decimals.

    An infinite ``psnr`` means equal pictures.
    """

    model: str
    set: str
    condition: str
    picture: str
    psnr: float
    ssim: float


@dataclass(frozen=True)
class Mean:
    """Of a set's pictures: mean PSNR in dB, mean SSIM, and the PSNR gained over bicubic.

    equal: how many pictures do not count in the PSNRs, as a model made one equal to HR, which
           is an infinite PSNR: a flat picture, as a rule. They count in no model's mean, so that
           means stay comparable. Where that leaves none, ``psnr`` is infinite and ``gain`` 0.
    """

    psnr: float
    ssim: float
    gain: float
    equal: int = 0


@dataclass
class Evaluation:
    """All scores of an evaluation, with the models, pictures and machine they belong to.

    ``models`` holds an ``About`` as a dict for each model's name, ``pictures`` the SHA-256 of
    each picture's file by set and name.
    """

    scale: int
    models: dict[str, dict[str, Any]]
    pictures: dict[str, dict[str, str]] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)
    made: Provenance = field(default_factory=Provenance.now)

    @property
    def sets(self) -> list[str]:
        """The sets measured, in order."""
        return list(self.pictures)

    @property
    def conditions(self) -> list[str]:
        """The conditions measured, in order."""
        return list(dict.fromkeys(score.condition for score in self.scores))

    def mean(self, model: str, set_name: str, condition: str) -> Mean | None:
        """The model's mean over a set's pictures, or None where it was not measured."""
        scores = self._of(model, set_name, condition)
        if not scores:
            return None
        equal = self._equal(set_name, condition)
        ssim = _average(score.ssim for score in scores)
        counted = [score for score in scores if score.picture not in equal]
        if not counted:
            return Mean(math.inf, ssim, 0.0, len(scores))
        psnr = _average(score.psnr for score in counted)
        bicubic = _average(
            score.psnr
            for score in self._of(BASELINE, set_name, condition)
            if score.picture not in equal
        )
        return Mean(psnr, ssim, psnr - bicubic, len(scores) - len(counted))

    def equal_pictures(self) -> list[str]:
        """The pictures (SET/PICTURE) that count in no mean PSNR, in order; see ``Mean``."""
        found = {f"{s.set}/{s.picture}": None for s in self.scores if math.isinf(s.psnr)}
        return list(found)

    def to_json(self) -> dict[str, Any]:
        """The evaluation as JSON values: the means for people first, then every score.

        Under ``scores`` stand, by model, set and condition, the PSNR and SSIM of the set's
        pictures in the order of ``pictures``; None for a picture without that condition.
        """
        means = [
            {"model": model, "set": set_name, "condition": condition, **asdict(mean)}
            for model in self.models
            for set_name in self.sets
            for condition in self.conditions
            if (mean := self.mean(model, set_name, condition))
        ]
        return {
            "format": FORMAT,
            "version": VERSION,
            "scale": self.scale,
            "made": self.made.to_json(),
            "models": self.models,
            "means": means,
            "pictures": self.pictures,
            "scores": self._columns(),
        }

    @classmethod
    def read(cls, path: Path | str) -> "Evaluation":
        """The evaluation in a JSON file; DataError if it is none, StorageError if unreadable."""
        try:
            record = json.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise storage_error("read", path, error) from error
        except ValueError:
            raise DataError(f"{path} is not JSON; write it with 'srq evaluate --json'.") from None
        if not isinstance(record, dict) or record.get("format") != FORMAT:
            raise DataError(f"{path} is no evaluation; write one with 'srq evaluate --json'.")
        if record.get("version") != VERSION:
            raise DataError(
                f"{path} is an evaluation of version {record.get('version')!r}, this srq reads"
                f" version {VERSION}; run 'srq evaluate' again."
            )
        try:
            evaluation = cls(record["scale"], record["models"], record["pictures"])
            evaluation.made = Provenance.from_json(record["made"])
            evaluation._add_columns(record["scores"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(
                f"{path} lacks a part of an evaluation ({error}); run 'srq evaluate' again."
            ) from None
        return evaluation

    def _columns(self) -> dict[str, Any]:
        by_place = {(s.model, s.set, s.condition, s.picture): s for s in self.scores}
        return {
            model: {
                name: {
                    condition: {
                        "psnr": [found and found.psnr for found in column],
                        "ssim": [found and found.ssim for found in column],
                    }
                    for condition in self.conditions
                    if any(
                        column := [
                            by_place.get((model, name, condition, picture)) for picture in pictures
                        ]
                    )
                }
                for name, pictures in self.pictures.items()
            }
            for model in self.models
        }

    def _add_columns(self, columns: dict[str, Any]) -> None:
        for model, sets in columns.items():
            for name, conditions in sets.items():
                for condition, figures in conditions.items():
                    rows = zip(self.pictures[name], figures["psnr"], figures["ssim"], strict=True)
                    self.scores += [
                        # JSON has no infinity: of a picture that has an SSIM, null stands for it.
                        Score(
                            model,
                            name,
                            condition,
                            picture,
                            math.inf if psnr is None else psnr,
                            ssim,
                        )
                        for picture, psnr, ssim in rows
                        if ssim is not None
                    ]

    def _equal(self, set_name: str, condition: str) -> set[str]:
        place = set_name, condition
        return {
            s.picture for s in self.scores if (s.set, s.condition) == place and math.isinf(s.psnr)
        }

    def _of(self, model: str, set_name: str, condition: str) -> Sequence[Score]:
        wanted = (model, set_name, condition)
        return [s for s in self.scores if (s.model, s.set, s.condition) == wanted]


def _average(values: Iterable[float]) -> float:
    numbers = list(values)
    return math.fsum(numbers) / len(numbers) if numbers else math.nan
