"""The native engine: C++ that keeps a picture's feature maps in the processor's caches.

It runs any Program, bit for bit as the reference does, on the widest vectors that the machine
has. docs/design/native-engine.md says how. Importing this module raises ImportError where the
extension was not built, or was built for another version of srq.
"""

import os

import numpy as np

from srq.engines.native.checkout import not_built

try:
    import srq.engines.native._native as _native
except ModuleNotFoundError as error:
    if (reason := not_built()) is None:
        raise
    raise reason from error

from srq.engines.native.encoding import ENCODING, encode
from srq.errors import ConfigError, ImageError
from srq.program import Program
from srq.program.pictures import Luma, checked_picture, is_array
from srq.provenance import cores

if getattr(_native, "encoding", None) != ENCODING:
    raise ImportError("The native extension was built for another version of srq.")

ISA_VARIABLE = "SRQ_NATIVE_ISA"
"""The environment variable that forces an instruction set; unset, the fastest is taken."""


def isas() -> tuple[str, ...]:
    """The instruction sets that this machine can run, the fastest first."""
    return tuple(_native.isas())


def chosen_isa() -> str:
    """The instruction set that ``SRQ_NATIVE_ISA`` names, or the fastest; ConfigError if it
    names one that this machine or this build has not."""
    available = isas()
    wanted = os.environ.get(ISA_VARIABLE) or available[0]
    if wanted not in available:
        raise ConfigError(
            f"{ISA_VARIABLE} must name an instruction set that this machine has"
            f" ({', '.join(available)}), not {wanted!r}."
        )
    return wanted


def peak(seconds: float = 0.2, isa: str | None = None) -> float:
    """The int16 multiply-adds a second that one thread of this machine can do at most.

    Measured, over ``seconds``, with the instruction that the engine uses and nothing else.
    """
    return _native.peak(isa or chosen_isa(), seconds)


class Native:
    """Runs a Program line by line in compiled code. See ``srq.engines.Engine``.

    isa: the instruction set that it uses.

    Memory: a few lines of every value for each thread, whatever the picture's height.
    """

    name = "native"
    streams = True

    def __init__(
        self, program: Program, threads: int | None = None, *, isa: str | None = None
    ) -> None:
        """``threads`` None is as many as this process has cores; ``isa`` one of ``isas()``.

        Raises ConfigError if SRQ_NATIVE_ISA names an instruction set that is not here.
        """
        self.program = program
        self.scale = program.scale
        self.isa = isa or chosen_isa()
        self.threads = threads or cores()
        self._engine = _native.Engine(encode(program), self.isa)

    def __call__(self, picture: Luma, *, out: Luma | None = None) -> Luma:
        """The upscaled picture, written into ``out`` if that is given, which is then returned.

        ``picture`` and ``out`` may be parts of larger arrays: only the pixels of a row must be
        neighbours, else ``picture`` is copied first. Raises ImageError for a picture that the
        Program does not read, or an ``out`` of another shape or type or that overlaps it.
        """
        given = checked_picture(picture, self.program)
        if out is not None and is_array(out) and np.shares_memory(given, out):
            raise ImageError("The result must not overlap the picture; give it memory of its own.")
        if given.strides[1] != given.itemsize or given.strides[0] % given.itemsize:
            given = np.ascontiguousarray(given)
        self._engine.run(given, target := self._target(given, out), self.threads)
        return target

    def _target(self, picture: Luma, out: Luma | None) -> Luma:
        shape = (picture.shape[0] * self.scale, picture.shape[1] * self.scale)
        dtype = self.program.output_value.format.dtype
        if out is None:
            return np.empty(shape, dtype)
        if not is_array(out) or (out.shape, out.dtype) != (shape, dtype):
            came = f"{getattr(out, 'shape', type(out).__name__)} of {getattr(out, 'dtype', '')}"
            raise ImageError(f"The result has the shape {shape} of {dtype}, not {came.strip()}.")
        rows_fit = out.strides[0] % out.itemsize == 0 and out.strides[1] == out.itemsize
        if not (rows_fit and out.flags.writeable):
            raise ImageError("The result must be writeable, with the pixels of a row together.")
        return out
