"""An export with one edit."""

from collections.abc import Mapping
from dataclasses import dataclass

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Mutant:
    """An export with one edit.

    place: a line of a text file, or an element of a tensor.
    """

    target: str
    kind: str
    file: str
    place: str
    before: str
    after: str
    files: Files
