"""Trained networks that ship with srq, found by name.

The folder holds, of one network, a float checkpoint (``kim-x2.safetensors``), a Program of
integers (``kim-x2.srq``), or both, and a model card (``kim-x2.md``).
"""

from pathlib import Path
from typing import Literal

from srq.errors import ModelError
from srq.registry import suggestion

Form = Literal["float", "program"]

FOLDER = Path(__file__).parent
SUFFIXES: dict[Form, str] = {"float": ".safetensors", "program": ".srq"}
_NOUNS: dict[Form, str] = {"float": "float checkpoint", "program": "integer program"}


def names(form: Form) -> tuple[str, ...]:
    """The networks that ship in this form, sorted."""
    return tuple(sorted(file.stem for file in FOLDER.glob(f"*{SUFFIXES[form]}")))


def resolve(name_or_path: str | Path, form: Form) -> Path:
    """The file of a network: one of the zoo, by its name, or any path that exists.

    A name of the zoo comes first; a path may be a folder (a training run). Raises ModelError,
    with the nearest name, if it is neither.
    """
    name = str(name_or_path)
    if name in names(form):
        return FOLDER / f"{name}{SUFFIXES[form]}"
    path = Path(name_or_path)
    if path.exists():
        return path
    if len(path.parts) > 1 or path.suffix in SUFFIXES.values():
        raise ModelError(
            f"There is no file {name}; name a file, or one of {', '.join(names(form))}."
        )
    known = names(form)
    hint = suggestion(name, known) if known else "the zoo is empty, so name a file."
    raise ModelError(f"No {_NOUNS[form]} is called '{name}'; {hint}")
