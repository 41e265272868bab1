"""The subjects that ``srq verify`` can compare with the reference, chosen by name."""

from collections.abc import Iterable
from pathlib import Path

from srq.engines import ENGINES
from srq.errors import ConfigError
from srq.registry import Registry
from srq.verify import SUBJECTS, SubjectEntry
from srq.verify.engines import REFERENCE

TWIN = "twin"


def subjects(twin: Path | None = None) -> Registry[SubjectEntry]:
    """Every subject: the float64 twin where its file is given, the engines, ``SUBJECTS``.

    Raises ConfigError if that file is not there.
    """
    found: dict[str, SubjectEntry] = {}
    if twin is not None:
        if not twin.is_file():
            raise ConfigError(f"There is no file {twin}; name the twin that 'srq quantize' wrote.")
        found[TWIN] = SubjectEntry(
            "srq.lower.twin:twin",
            f"the network before it became integers, in float64: {twin}",
            get="pip install 'srq[train]'",
            choices={"file": twin},
        )
    for name in ENGINES:
        if name != REFERENCE:
            # An export may have an engine's name: `onnx` is a file, `onnx-engine` what srq runs.
            found[f"{name}-engine" if name in SUBJECTS else name] = SubjectEntry(
                "srq.verify.engines:engine",
                f"the engine {name}",
                choices={"name": name},
                uses=f"srq.verify.engines:{'native' if name == 'native' else 'threaded'}",
            )
    return Registry("subject", {**found, **SUBJECTS})


def chosen(known: Registry[SubjectEntry], names: Iterable[str]) -> dict[str, SubjectEntry]:
    """The subjects of these names, in the order of ``known``; for no names all that are not only
    compared where they are named.

    Raises ConfigError for a name that is not known, with the nearest.
    """
    wanted = {name: known.find(name) for name in names}
    if wanted:
        return {name: entry for name, entry in known.items() if name in wanted}
    return {name: entry for name, entry in known.items() if not entry.asked}


def twin_of(path: Path) -> Path | None:
    """The twin's file next to a .srq file, if there is one: ``NAME-twin.safetensors``."""
    file = path.with_name(f"{path.stem}-twin.safetensors")
    return file if file.is_file() else None
