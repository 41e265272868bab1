"""Engines: ways to run a Program, all with the same result, bit for bit.

Every engine is named once in ``ENGINES``. A new one is a file and a line there; the
conformance tests then run it against the reference.
"""

import logging
from collections.abc import Callable
from functools import cache
from typing import Protocol, runtime_checkable

from srq.errors import ConfigError
from srq.program import Program
from srq.program.pictures import Luma
from srq.registry import Entry, Registry, way_out


@runtime_checkable
class Engine(Protocol):
    """A Program made ready to run: a picture in, a larger picture out.

    name:    the engine's name in ``ENGINES``.
    program: the Program that it runs.
    scale:   the Program's.
    streams: whether its memory is independent of the picture's height; one that keeps whole
             tensors is better given a block at a time (srq.upscaling does).
    """

    name: str
    program: Program
    scale: int
    streams: bool

    def __call__(self, picture: Luma) -> Luma:
        """The picture (H, W), H and W at least 1, as (scale * H, scale * W).

        Both are luma code values, unsigned, of the Program's input and output widths: uint8
        for 8 bits, uint16 for 9 to 16. Raises ImageError for any other picture.
        """
        ...


Make = Callable[[Program, int | None], Engine]
"""What an entry names: it makes an engine of a Program, for at most so many threads."""

ENGINES = Registry(
    "engine",
    {
        "native": Entry(
            "srq.engines.native:Native",
            "C++ for this processor",
            get="reinstall srq where there is a C++ compiler",
        ),
        "onnx": Entry(
            "srq.engines.onnxrt:OnnxRuntime",
            "the exact ONNX model in onnxruntime",
            get="pip install 'srq[onnx]'",
        ),
        "reference": Entry("srq.program.reference:Reference", "the definition, in NumPy"),
    },
)
"""Every engine by name, the fastest first: ``auto`` takes the first that can be imported."""

AUTO = "auto"


def open_engine(program: Program, engine: str = AUTO, threads: int | None = None) -> Engine:
    """``program`` on the engine of that name, or on the fastest available for ``auto``.

    threads: how many it may use; None leaves it to the engine. No number of threads changes a
    result. Raises ConfigError for an unknown name, MissingDependencyError where the engine named
    cannot be imported.
    """
    if engine == AUTO:
        return _first_available()(program, threads)
    make: Make = ENGINES.load(engine)
    return make(program, threads)


def _first_available() -> Make:
    fastest = next(iter(ENGINES))
    missing: ImportError | None = None
    for name, entry in ENGINES.items():
        try:
            make: Make = entry.load()
        except ImportError as error:
            missing = missing or error
            continue
        if missing is not None:
            _warn_once(
                f"The engine '{fastest}' is not installed, so '{name}' runs, which is slower;"
                f" {way_out(missing, ENGINES[fastest].get)}."
            )
        return make
    raise ConfigError("There is no engine to run a Program with; reinstall srq.") from missing


@cache
def _warn_once(sentence: str) -> None:
    # Without a handler of the application's, logging writes the bare sentence to stderr.
    logging.getLogger(__name__).warning(sentence)
