"""The float64 twin as a subject: the network that the integers were made of.

Evaluated in float64 it must equal the integers exactly, tensor by tensor (srq/quant/twin.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from numpy.typing import NDArray

from srq.errors import CheckpointError, ProgramError
from srq.program import Program

if TYPE_CHECKING:
    from srq.quant import Twin


class TwinSubject:
    """See ``srq.verify.Subject``. It shows every tensor."""

    def __init__(self, network: "Twin", program: Program) -> None:
        self._network = network
        self._program = program

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        value = self._program.output_value
        return self.trace(picture)[value.name][0].astype(value.format.dtype)

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """All tensors."""
        from srq.quant import integers

        return dict(integers(self._network, picture))


@contextmanager
def twin(file: Path, program: Program) -> Iterator[TwinSubject]:
    """The twin in a file that ``srq quantize`` wrote beside the Program.

    Raises CheckpointError where it is the twin of another Program, ProgramError where
    ``program`` is not of 8-bit luma, which every twin is.
    """
    from srq.lower import lower
    from srq.quant.twin_file import load_twin

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


def beside(path: Path) -> Path | None:
    """The twin's file beside a .srq file, if there is one: ``NAME-twin.safetensors``."""
    file = path.with_name(f"{path.stem}-twin.safetensors")
    return file if file.is_file() else None
