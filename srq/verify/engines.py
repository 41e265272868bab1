"""Engines as subjects: a picture in, a picture out, nothing to be seen in between."""

from collections.abc import Iterator
from contextlib import contextmanager

from numpy.typing import NDArray

from srq.engines import Engine, open_engine
from srq.program import Program
from srq.upscaling.engine import Blockwise

REFERENCE = "reference"

_TILE = 50
"""The sides of a tile, below the sizes of most pictures."""


class EngineSubject:
    """See ``srq.verify.Subject``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        return self._engine(picture)

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Nothing."""
        return {}


@contextmanager
def engine(program: Program, name: str) -> Iterator[EngineSubject]:
    """The engine of that name in ``srq.engines.ENGINES``, with the threads it takes by itself."""
    yield EngineSubject(open_engine(program, name))


@contextmanager
def tiles(program: Program) -> Iterator[EngineSubject]:
    """The reference, one small tile after the other, each with the halo that ``reach_of`` says."""
    yield EngineSubject(Blockwise(open_engine(program, REFERENCE), side=_TILE))
