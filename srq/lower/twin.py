"""The float64 twin as a subject of verification: the network that the integers were made of.

Evaluated in float64 it must equal the integers exactly, tensor by tensor (srq/quant/twin.py).
The entry is in ``srq.verify.subjects``, which knows this file by its name alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
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
        self._picture: NDArray | None = None
        self._made: dict[str, NDArray] = {}

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        value = self._program.output_value
        return self.trace(picture)[value.name][0].astype(value.format.dtype)

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """All tensors; those of the picture before are kept."""
        if self._picture is None or not np.array_equal(picture, self._picture):
            self._made = dict(integers(self._network, picture))
            self._picture = picture.copy()
        return self._made


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
    with _one_thread():
        yield TwinSubject(network, program)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Pictures of this size take torch's threads longer to share than to compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
