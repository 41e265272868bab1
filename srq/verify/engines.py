"""Engines as subjects: a picture in, a picture out, nothing to be seen in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from srq.engines import Engine, open_engine
from srq.program import Program
from srq.upscaling.engine import Blockwise
from srq.verify import Use

if TYPE_CHECKING:
    from srq.engines.native import Native

REFERENCE = "reference"

_TILE = 50
"""The sides of a tile, below the sizes of most pictures."""

_THREADS = (1, 2, 3)

_MARGIN = 5
"""Pixels between two rows that are not the picture's, in a picture that is part of an array."""


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


def threaded(program: Program, name: str) -> Iterator[Use]:
    """The engine of that name on 1 to 3 threads."""
    for threads in _THREADS:
        yield Use(f"threads {threads}", EngineSubject(open_engine(program, name, threads)))


def native(program: Program, **_: object) -> Iterator[Use]:
    """The native engine on every instruction set that the machine has, on 1 to 3 threads, with
    pictures that are parts of larger arrays, and with such that are not."""
    from srq.engines.native import Native, isas

    for isa in isas():
        for threads in _THREADS:
            engine = Native(program, threads, isa=isa)
            where = f"{isa}, threads {threads}"
            yield Use(where, EngineSubject(engine))
            yield Use(f"{where}, in parts of arrays", _Parts(engine))
            yield Use(f"{where}, upside down", _Parts(engine, upside_down=True))


class _Parts:
    """An engine with ``out=`` whose picture and result are parts of larger arrays.

    upside_down: the rows of both lie in memory from the last to the first.
    """

    def __init__(self, engine: "Native", *, upside_down: bool = False) -> None:
        self._engine = engine
        self._rows = slice(None, None, -1 if upside_down else 1)

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture; RuntimeError where something beside the result was written."""
        _, given = self._part(picture.shape, picture.dtype)
        given[...] = picture
        rows, columns = (self._engine.scale * side for side in picture.shape)
        dtype = self._engine.program.output_value.format.dtype
        whole, out = self._part((rows, columns), dtype)
        before = whole.copy()
        self._engine(given, out=out)
        made = out.copy()
        out[...] = 0
        if not np.array_equal(whole, before):
            raise RuntimeError("the engine wrote beside the result that it was given")
        return made

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Nothing."""
        return {}

    def _part(self, shape: tuple[int, ...], dtype: np.dtype) -> tuple[NDArray, NDArray]:
        """An array of ones, and its inner part, which is zeros."""
        whole = np.ones((shape[0] + 2, shape[1] + _MARGIN), dtype)
        part = whole[1:-1, 2 : 2 + shape[1]]
        part[...] = 0
        return whole, part[self._rows]
