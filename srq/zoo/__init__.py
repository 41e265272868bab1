"""Trained networks that ship with srq, found by name.

The folder holds, of one network, a float checkpoint (``kim-x2.safetensors``), a Program of
integers (``kim-x2.srq``), or both, and a model card (``kim-x2.md``).
"""

from pathlib import Path
from typing import Literal

from srq.errors import ModelError
from srq.registry import suggestion

Kind = Literal["float", "program"]

FOLDER = Path(__file__).parent
SUFFIXES: dict[Kind, str] = {"float": ".safetensors", "program": ".srq"}
_NOUNS: dict[Kind, str] = {"float": "float checkpoint", "program": "integer program"}


def names(kind: Kind) -> tuple[str, ...]:
    """The networks that ship in this kind, sorted."""
    return tuple(sorted(file.stem for file in FOLDER.glob(f"*{SUFFIXES[kind]}")))


def resolve(name_or_path: str | Path, kind: Kind) -> Path:
    """The file of a network: one of the zoo, by its name, or any path that exists.

    A name of the zoo comes first; a path may be a folder (a training run). Raises ModelError,
    with the nearest name, if it is neither.
    """
    name = str(name_or_path)
    if name in names(kind):
        return FOLDER / f"{name}{SUFFIXES[kind]}"
    path = Path(name_or_path)
    if path.exists():
        return path
    if len(path.parts) > 1 or path.suffix in SUFFIXES.values():
        raise ModelError(
            f"There is no file {name}; name a file, or one of {', '.join(names(kind))}."
        )
    known = names(kind)
    hint = suggestion(name, known) if known else "the zoo is empty, so name a file."
    raise ModelError(f"No {_NOUNS[kind]} is called '{name}'; {hint}")
