"""The float64 twin as a subject of verification: the network that the integers were made of.

Evaluated in float64 it must equal the integers exactly, tensor by tensor (srq/quant/twin.py).
The entry is in ``srq.verify.subjects``, which knows this file by its name alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from numpy.typing import NDArray

from srq.errors import CheckpointError, ProgramError
from srq.lower.bridge import lower
from srq.program import Program
from srq.quant import Twin, integers
from srq.quant.twin_file import load_twin


class TwinSubject:
    """See ``srq.verify.Subject``. It shows every tensor."""

    def __init__(self, network: Twin, program: Program) -> None:
        self._network = network
        self._program = program

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        value = self._program.output_value
        return self.trace(picture)[value.name][0].astype(value.format.dtype)

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """All tensors."""
        return dict(integers(self._network, picture))


@contextmanager
def twin(program: Program, file: Path) -> Iterator[TwinSubject]:
    """The twin in a file that ``srq quantize`` wrote beside the Program.

    Raises CheckpointError where it is the twin of another Program, ProgramError where
    ``program`` is not of 8-bit luma, which every twin is.
    """
    if program.input.format.bits != 8:
        raise ProgramError(f"A twin reads 8-bit luma, but the program {program.input.format}.")
    network = load_twin(file)
    of = lower(network)
    if of != program:
        raise CheckpointError(
            f"{file} is the twin of another program, {of.fingerprint[:12]}; name the file that"
            " 'srq quantize' wrote beside this one."
        )
    yield TwinSubject(network, program)
