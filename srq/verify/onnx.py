"""The subject ``onnx``: what the ONNX exporter wrote, in onnxruntime on the CPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from onnx import load_from_string
from onnx.helper import make_empty_tensor_value_info

from srq.engines.onnxrt import open_session
from srq.export.onnx.exact import traceable
from srq.export.onnx.exporter import Onnx, file_name
from srq.export.onnx.graph import INPUT, OUTPUT, model_bytes
from srq.program import Program
from srq.program.pictures import checked_picture


class OnnxSubject:
    """See ``srq.verify.Subject``."""

    def __init__(self, program: Program, model: bytes) -> None:
        """``model`` is what the exporter wrote of ``program``, of the kind exact, in luma."""
        self._program = program
        self._tensors = traceable(program)
        self._session = open_session(model)
        # A second one: a tensor that must come out cannot be fused away.
        self._traced = open_session(_with_outputs(model, [t.name for t in self._tensors.values()]))

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        given = checked_picture(picture, self._program)
        return np.asarray(self._session.run([OUTPUT], {INPUT: given[None, None]})[0])[0, 0]

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Every tensor between the ops but those that float32 may round where they saturate."""
        given = checked_picture(picture, self._program)
        names = [tensor.name for tensor in self._tensors.values()]
        made = self._traced.run(names, {INPUT: given[None, None]})
        return {
            op: tensor.integers(np.asarray(floats)[0])
            for (op, tensor), floats in zip(self._tensors.items(), made, strict=True)
        }


@contextmanager
def onnx(program: Program) -> Iterator[OnnxSubject]:
    """The exact model, in code values of luma."""
    yield OnnxSubject(program, Onnx().files(program)[file_name(program)])


def _with_outputs(model: bytes, names: list[str]) -> bytes:
    changed = load_from_string(model)
    changed.graph.output.extend(make_empty_tensor_value_info(name) for name in names)
    return model_bytes(changed)
