"""Run engines over a suite, picture by picture, and score what they make."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from srq.errors import ConfigError, ModelError
from srq.evaluate.choose import Model, choose
from srq.evaluate.engine import Bicubic, Engine, Luma, about
from srq.evaluate.result import BASELINE, Evaluation, Score
from srq.evaluate.suite import Case, Suite
from srq.image.metrics import psnr, ssim

OnCase = Callable[[Case, list[Score]], None]


def evaluate(
    models: Iterable[Model] | Model | None = None,
    sets: Iterable[str | Path] | str | Path | Suite | None = None,
    *,
    scale: int | None = None,
    qualities: Sequence[int] = (),
    engine: str = "auto",
    device: str = "cpu",
    on_case: OnCase | None = None,
) -> Evaluation:
    """PSNR and SSIM of models on test sets, always with bicubic to compare.

    models:    one or several: what ``srq evaluate --model`` takes ("kim-x2", "label=runs/mine"),
               a Program, what ``srq.load`` gives, or any callable from uint8 luma (H, W) to
               uint8 luma (s·H, s·W) that has a ``name`` and a ``scale``. The zoo's networks of
               the scale, if none is named.
    sets:      "Set5", "Set14", "B100" or "Urban100", a folder of HR pictures, or a manifest
               (.jsonl); all four, or with ``qualities`` the first three, if none is named. A
               ``Suite`` may be given in its place, and then says scale and qualities itself.
    scale:     that of the first model, or 2, if it is not given.
    qualities: JPEG qualities of LR, 1 to 100; LR is clean if there are none.
    engine:    what runs Programs.
    device:    what runs float networks: "cpu" or "cuda".
    on_case:   called after each picture and condition with its scores.

    Raises ModelError, CheckpointError, ConfigError, DataError or MissingDependencyError, in one
    sentence.
    """
    engines, suite = choose(
        models, sets, scale=scale, qualities=qualities, engine=engine, device=device
    )
    return measure(engines, suite, on_case=on_case)


def measure(
    engines: Sequence[Engine], suite: Suite, *, on_case: OnCase | None = None
) -> Evaluation:
    """PSNR and SSIM of luma for bicubic and every engine, on every case of the suite.

    ``scale`` pixels are shaved off each border. One picture is held at a time. Raises
    ConfigError if an engine is of another scale than the suite or two share a name, and
    ModelError if one gives anything but uint8 luma of HR's size.
    """
    field: list[Engine] = [Bicubic(suite.scale), *engines]
    _check(field, suite)
    result = Evaluation(suite.scale, {engine.name: asdict(about(engine)) for engine in field})
    for source in suite.sources:
        result.pictures.setdefault(source.set, {})[source.name] = source.sha256
    for case in suite:
        scores = [_score(engine, case, suite.scale) for engine in field]
        result.scores += scores
        if on_case:
            on_case(case, scores)
    return result


def upscaled(engine: Engine, case: Case) -> Luma:
    """What the engine makes of the case's LR; ModelError unless it is uint8 of HR's size."""
    made = engine(case.lr)
    if not isinstance(made, np.ndarray) or made.dtype != np.uint8 or made.shape != case.hr.shape:
        came = getattr(made, "dtype", type(made).__name__), getattr(made, "shape", "no shape")
        raise ModelError(
            f"The engine '{engine.name}' must make uint8 luma of {case.hr.shape} from"
            f" {case.lr.shape}, but it made {came[0]} of {came[1]}."
        )
    return made


def _score(engine: Engine, case: Case, scale: int) -> Score:
    made = upscaled(engine, case)
    return Score(
        engine.name,
        case.source.set,
        case.condition,
        case.source.name,
        round(psnr(made, case.hr, shave=scale), 6),
        round(ssim(made, case.hr, shave=scale), 6),
    )


def _check(engines: Sequence[Engine], suite: Suite) -> None:
    names: set[str] = set()
    for engine in engines:
        if engine.scale != suite.scale:
            raise ConfigError(
                f"The model '{engine.name}' upscales by {engine.scale}, the others by"
                f" {suite.scale}; measure one scale at a time."
            )
        if engine.name in names:
            hint = " (it is always measured)" if engine.name == BASELINE else ""
            raise ConfigError(f"Two models are called '{engine.name}'{hint}; name each once.")
        names.add(engine.name)
