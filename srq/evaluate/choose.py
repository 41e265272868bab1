"""From what a user asks for to what is measured, and on what.

``peers:NAME`` is a peer's public weights, ``float:NAME`` and ``program:NAME`` a float checkpoint
and an integer Program, of the zoo or by path. Without such a word a path says by its suffix what
it is (.srq, .npz, else a checkpoint or training run), and a name of the zoo means its Program or,
where it has none yet, its float checkpoint. ``LABEL=MODEL`` chooses what the tables call it.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from srq import zoo
from srq.engines import Engine as ProgramRunner
from srq.engines import open_engine
from srq.errors import ConfigError
from srq.evaluate.engine import About, Engine, Luma
from srq.evaluate.suite import COMPRESSED_SETS, TABLE1_SETS, Suite
from srq.files import sha256_file
from srq.program import Program, load

KINDS = ("float", "program", "peers")

Model: TypeAlias = str | Path | Program | ProgramRunner | Engine
"""What can be asked for: a text as above, a Program, what ``srq.load`` gives, or any callable
from uint8 luma (H, W) to uint8 luma (s·H, s·W) that has a ``name`` and a ``scale``."""


class ProgramEngine:
    """An integer Program of 8-bit luma on one of srq's engines."""

    def __init__(self, runner: ProgramRunner, name: str, sha256: str | None = None) -> None:
        program = runner.program
        widths = program.input_value.format, program.output_value.format
        if any(form.bits != 8 for form in widths):
            raise ConfigError(
                f"The program '{name}' reads {widths[0]} and writes {widths[1]};"
                " only programs of 8-bit luma can be measured."
            )
        self._runner = runner
        self.name = name
        self.scale = program.scale
        self.about = About(
            kind="integer program",
            weights=sum(conv.weight.size for conv in program.convs),
            sha256=sha256,
            fingerprint=program.fingerprint,
            runs_on=f"{runner.name} engine",
        )

    def __call__(self, luma: Luma) -> Luma:
        """The larger picture."""
        return self._runner(luma).astype(np.uint8, copy=False)


def choose(
    models: Iterable[Model] | Model | None = None,
    sets: Iterable[str | Path] | str | Path | Suite | None = None,
    *,
    scale: int | None = None,
    qualities: Sequence[int] = (),
    engine: str = "auto",
    device: str = "cpu",
) -> tuple[list[Engine], Suite]:
    """The engines to measure, and the suite to measure them on; ``srq.evaluate.evaluate`` says
    what the arguments mean, and what is raised."""
    if models is None:
        models = default_models(scale or 2, compressed=bool(qualities))
    engines = [_opened(model, engine, device) for model in _listed(models)]
    if isinstance(sets, Suite):
        return engines, sets
    if sets is None:
        names: Iterable[str | Path] = COMPRESSED_SETS if qualities else TABLE1_SETS
    else:
        names = [sets] if isinstance(sets, str | Path) else sets
    scale = scale or (engines[0].scale if engines else 2)
    return engines, Suite([str(name) for name in names], scale=scale, qualities=qualities)


def open_model(text: str, *, engine: str = "auto", device: str = "cpu") -> Engine:
    """The engine that ``text`` names, ready to be measured.

    ``engine`` runs Programs, ``device`` ("cpu" or "cuda") float networks. Raises an SrqError,
    in one sentence, if there is no such model or it cannot be opened.
    """
    label, model = _split(text)
    kind, rest = _kind(model)
    if kind == "peers":
        from srq.evaluate.peers import find_peer
        from srq.evaluate.torch_engine import open_peer

        path = Path(rest) if Path(rest).is_file() else find_peer(rest)
        return open_peer(path, label, device=device)
    if kind == "program":
        path = zoo.resolve(rest, "program")
        runner = open_engine(load(path), engine)
        return ProgramEngine(runner, label or f"{path.stem} (integer)", sha256_file(path))
    from srq.evaluate.torch_engine import open_checkpoint

    return open_checkpoint(zoo.resolve(rest, "float"), label, device=device)


def default_models(scale: int, *, compressed: bool) -> list[str]:
    """What is measured where no model is named: the zoo's networks of this scale, in both forms."""
    wanted = [f"kim-x{scale}", *([f"kim-x{scale}-compressed"] if compressed else [])]
    forms: tuple[zoo.Form, ...] = ("float", "program")
    return [f"{form}:{name}" for name in wanted for form in forms if name in zoo.names(form)]


def _listed(models: Iterable[Model] | Model) -> Iterable[Model]:
    if isinstance(models, Iterable) and not isinstance(models, str):
        return models
    return [models]


def _opened(model: Model, engine: str, device: str) -> Engine:
    if isinstance(model, str | Path):
        return open_model(str(model), engine=engine, device=device)
    if isinstance(model, Program):
        model = open_engine(model, engine)
    if isinstance(model, ProgramRunner):
        return ProgramEngine(model, model.program.name)
    return model


def _split(text: str) -> tuple[str | None, str]:
    label, equals, model = text.partition("=")
    if not equals or Path(text).exists():
        return None, text
    if not label or not model:
        raise ConfigError(f"'{text}' must name a model, or LABEL=MODEL.")
    return label, model


def _kind(model: str) -> tuple[str, str]:
    kind, colon, rest = model.partition(":")
    if colon and kind in KINDS:
        return kind, rest
    suffix = Path(model).suffix
    if suffix == ".npz":
        return "peers", model
    if suffix == zoo.SUFFIXES["program"] or model in zoo.names("program"):
        return "program", model
    return "float", model
