"""The check vector of a model: a picture, what must become of it, a script that compares."""

import numpy as np
from numpy.typing import NDArray

from srq.export.npy import npy
from srq.export.text import fill
from srq.fixed import Format
from srq.program import Program
from srq.program.reference import Reference
from srq.stimuli.sets import for_check


def has_vector(kind: str, form: str) -> bool:
    """Whether every bit of the model's result is known: floats and colours may be rounded."""
    return kind != "float" and form != "rgb"


def check_files(kind: str, form: str, program: Program, file: str) -> dict[str, bytes]:
    """``input.npy``, ``output.npy`` and ``check.py`` for the model in ``file``, where
    ``has_vector``."""
    picture = for_check(program.input.format).picture
    read, written = program.input_value.format, program.output_value.format
    larger = Reference(program)(picture)[np.newaxis, np.newaxis]
    if kind == "qonnx":
        larger = _tensor(kind, form, larger[0, 0], written)
    script = "check_qonnx.py" if kind == "qonnx" else "check.py"
    return {
        "input.npy": npy(_tensor(kind, form, picture, read)),
        "output.npy": npy(larger),
        "check.py": fill(f"onnx/{script}", file=file, codes=_codes(form, written)).encode(),
    }


def _codes(form: str, fmt: Format) -> str:
    """What makes code values of a result ``made``; a runtime may divide by a reciprocal."""
    return "made" if form == "luma" else f"np.rint(made * {fmt.hi})"


def _tensor(kind: str, form: str, codes: NDArray, fmt: Format) -> NDArray:
    """Code values as the model takes or gives them, (1, 1, rows, columns)."""
    whole = codes[np.newaxis, np.newaxis]
    if kind == "qonnx":
        return whole.astype(np.float32) / np.float32(1 << fmt.bits)
    return whole if form == "luma" else whole.astype(np.float32) / np.float32(fmt.hi)
