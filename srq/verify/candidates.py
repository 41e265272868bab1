"""What ``srq verify`` can compare with the reference, chosen by name."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from srq.engines import ENGINES
from srq.errors import ConfigError
from srq.program import Program
from srq.registry import suggestion
from srq.verify import SUBJECTS, Subject, SubjectEntry
from srq.verify.engines import REFERENCE, engine
from srq.verify.twin import twin

TWIN = "twin"


@dataclass(frozen=True)
class Candidate:
    """Something to verify.

    name:   what the report calls it.
    help:   what it is, as a line for people.
    open:   makes it of a Program, as ``srq.verify.SubjectEntry`` says; ImportError if what it
            needs is not installed.
    within: by how much a pixel may differ.
    get:    how to come by it where it cannot be imported, as the end of a sentence.
    """

    name: str
    help: str
    open: Callable[[Program], AbstractContextManager[Subject]]
    within: int = 0
    get: str = "reinstall srq"


def candidates(twin_file: Path | None = None) -> dict[str, Candidate]:
    """All of them by name: engines, subjects, and the float64 twin where its file is given.

    Raises ConfigError if that file is not there.
    """
    found = [
        # An export may have an engine's name: `onnx` is a file, `onnx-engine` what srq runs.
        Candidate(
            f"{name}-engine" if name in SUBJECTS else name,
            f"the engine {name}",
            partial(engine, name),
        )
        for name in ENGINES
        if name != REFERENCE
    ]
    found += [_of_entry(name, entry) for name, entry in SUBJECTS.items()]
    if twin_file is not None:
        if not twin_file.is_file():
            raise ConfigError(
                f"There is no file {twin_file}; name the twin that 'srq quantize' wrote."
            )
        about = f"the network before it became integers, in float64: {twin_file}"
        get = "pip install 'srq[train]'"
        found.insert(0, Candidate(TWIN, about, partial(twin, twin_file), get=get))
    return {candidate.name: candidate for candidate in found}


def _of_entry(name: str, entry: SubjectEntry) -> Candidate:
    def opened(program: Program) -> AbstractContextManager[Subject]:
        return entry.load()(program)

    return Candidate(name, entry.help, opened, entry.within, entry.get)


def chosen(known: dict[str, Candidate], names: Iterable[str]) -> list[Candidate]:
    """The candidates of these names, in the order of ``known``; all of them for no names.

    Raises ConfigError for a name that is not known, with the nearest.
    """
    wanted = list(names)
    for name in wanted:
        if name not in known:
            hint = suggestion(name, known)
            raise ConfigError(f"There is nothing to verify that is called '{name}'; {hint}")
    return [candidate for name, candidate in known.items() if not wanted or name in wanted]
