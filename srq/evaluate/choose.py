"""From what a user writes for a model to the engine that is measured.

``peers:NAME`` is a peer's public weights, ``float:NAME`` and ``program:NAME`` a float checkpoint
and an integer Program, of the zoo or by path. Without such a word a path says by its suffix what
it is (.srq, .npz, else a checkpoint or training run), and a name of the zoo means its Program or,
where it has none yet, its float checkpoint. ``LABEL=MODEL`` chooses what the tables call it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from srq import zoo
from srq.errors import ConfigError
from srq.evaluate.engine import About, Engine, Luma
from srq.files import sha256_file

if TYPE_CHECKING:
    from srq.engines import Engine as ProgramRunner

KINDS = ("float", "program", "peers")


class ProgramEngine:
    """An integer Program of 8-bit luma on one of srq's engines."""

    def __init__(self, runner: "ProgramRunner", name: str, sha256: str) -> None:
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


def open_model(text: str, *, engine: str = "auto", device: str = "cpu") -> Engine:
    """The engine that ``text`` names, ready to be measured.

    ``engine`` runs Programs, ``device`` ("cpu" or "cuda") float networks. Raises an SrqError,
    in one sentence, if there is no such model or it cannot be opened.
    """
    label, model = _split(text)
    kind, rest = _kind(model)
    if kind == "peers":
        from srq.evaluate.peers import find_peer, load_peer
        from srq.evaluate.torch_engine import TorchEngine

        path = Path(rest) if Path(rest).is_file() else find_peer(rest)
        about = About(sha256=sha256_file(path))
        return TorchEngine(load_peer(path), label or path.stem, device=device, about=about)
    if kind == "program":
        from srq.engines import open_engine
        from srq.program import load

        path = zoo.resolve(rest, "program")
        runner = open_engine(load(path), engine)
        return ProgramEngine(runner, label or f"{path.stem} (integer)", sha256_file(path))
    from srq.evaluate.torch_engine import TorchEngine
    from srq.train.weights import find_weights

    path = zoo.resolve(rest, "float")
    weights = find_weights(path)
    about = About(sha256=sha256_file(weights.file))
    name = label or f"{path.resolve().stem} (float)"
    return TorchEngine(weights.network(), name, device=device, about=about)


def default_models(scale: int, *, compressed: bool) -> list[str]:
    """What is measured where no model is named: the zoo's networks of this scale, in both kinds."""
    wanted = [f"kim-x{scale}", *([f"kim-x{scale}-compressed"] if compressed else [])]
    kinds: tuple[zoo.Kind, ...] = ("float", "program")
    return [f"{kind}:{name}" for name in wanted for kind in kinds if name in zoo.names(kind)]


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
