"""The engine ``onnx``: the exact ONNX export, run by onnxruntime on the CPU."""

# onnxruntime has no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

import numpy as np
import onnxruntime

from srq.export.onnx.exact import exact_core
from srq.export.onnx.forms import LUMA, model_of
from srq.export.onnx.graph import INPUT, model_bytes
from srq.program import Program
from srq.program.pictures import Luma, checked_picture

_ERRORS_ONLY = 3


class OnnxRuntime:
    """Runs a Program in onnxruntime. See ``srq.engines.Engine``.

    Memory: the tensors alive at once, of 4 bytes an element; for the paper's network about 800
    bytes a low-resolution pixel.
    """

    name = "onnx"
    streams = False

    def __init__(self, program: Program, threads: int | None = None) -> None:
        """``threads`` None: as many as the processor has cores."""
        self.program = program
        self.scale = program.scale
        model = model_of(exact_core(program), LUMA, name=self.name, metadata={})
        self._session = open_session(model_bytes(model), threads)

    def __call__(self, picture: Luma) -> Luma:
        """The upscaled picture."""
        given = checked_picture(picture, self.program)
        (made,) = self._session.run(None, {INPUT: np.ascontiguousarray(given)[None, None]})
        return np.asarray(made)[0, 0]


def open_session(model: bytes, threads: int | None = None) -> onnxruntime.InferenceSession:
    """A model, ready to run on the CPU with onnxruntime's own choices; any number of threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.log_severity_level = _ERRORS_ONLY
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
