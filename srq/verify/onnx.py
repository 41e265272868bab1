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
from srq.verify import Use


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


class _Session:
    """A model in onnxruntime that takes and gives (N, 1, H, W)."""

    def __init__(self, program: Program, exporter: Onnx, threads: int | None = None) -> None:
        self._program = program
        self._session = open_session(exporter.files(program)[file_name(program)], threads)

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture."""
        return self.batch(checked_picture(picture, self._program)[None, None])[0, 0]

    def batch(self, pictures: NDArray) -> NDArray:
        """The upscaled pictures."""
        return np.asarray(self._session.run([OUTPUT], {INPUT: np.ascontiguousarray(pictures)})[0])

    def trace(self, picture: NDArray) -> dict[str, NDArray]:
        """Nothing."""
        return {}


class _Batch(_Session):
    """The picture as the second of three; the others are it mirrored."""

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture; RuntimeError where the first and the last are not alike."""
        given = checked_picture(picture, self._program)
        mirrored = given[::-1, ::-1]
        first, made, last = self.batch(np.stack([mirrored, given, mirrored])[:, None])[:, 0]
        if not np.array_equal(first, last):
            raise RuntimeError("the same picture twice in a batch gave two results")
        return made


class _Gray(_Session):
    """Code values divided by the greatest."""

    def run(self, picture: NDArray) -> NDArray:
        """The upscaled picture, in code values again; RuntimeError where it has others."""
        given = checked_picture(picture, self._program).astype(np.float32)
        made = self.batch((given / np.float32(self._program.input.format.hi))[None, None])[0, 0]
        fmt = self._program.output_value.format
        codes = np.rint(made * np.float64(fmt.hi))
        if not np.array_equal(made, (codes / fmt.hi).astype(np.float32)):
            raise RuntimeError("the form gray gave values between the code values")
        return codes.astype(fmt.dtype)


def onnx_uses(program: Program) -> Iterator[Use]:
    """The exact model with one thread, with several pictures in a batch, and in the form gray."""
    yield Use("1 thread", _Session(program, Onnx(), threads=1))
    yield Use("a batch of 3", _Batch(program, Onnx()))
    yield Use("the form gray", _Gray(program, Onnx(form="gray")))
