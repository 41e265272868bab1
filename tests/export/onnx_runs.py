"""ONNX models made and run, for tests. Where onnx or onnxruntime is missing, what imports this
skips; under SRQ_REQUIRE_TOOLS=1 it fails."""

import os

import numpy as np
import pytest
from numpy.typing import NDArray

try:
    import onnx
    import onnxruntime

    from srq.export.onnx.exact import exact_core
    from srq.export.onnx.exporter import Onnx, file_name
    from srq.export.onnx.forms import LUMA, model_of
    from srq.export.onnx.graph import Graph, tensor_info
    from srq.export.onnx.rgb import whole_luma
    from srq.verify.onnx import onnx as subject
except ImportError:  # pragma: no cover
    if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
        raise
    pytest.skip("onnx or onnxruntime is missing; pip install 'srq[onnx]'", allow_module_level=True)

__all__ = [
    "LEVELS",
    "Graph",
    "Onnx",
    "checked",
    "exact_luma",
    "file_name",
    "onnx",
    "run",
    "session",
    "subject",
    "tensor_info",
    "upscaled",
    "whole_luma",
]

LEVELS = list(onnxruntime.GraphOptimizationLevel.__members__.values())
DEFAULT = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL


def session(model, *, threads=1, level=DEFAULT) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = level
    options.log_severity_level = 3
    data = model if isinstance(model, bytes) else model.SerializeToString()
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def run(model, tensor: NDArray, **choices) -> NDArray:
    """The only output for the only input."""
    opened = model if isinstance(model, onnxruntime.InferenceSession) else session(model, **choices)
    (made,) = opened.run(None, {"input": np.ascontiguousarray(tensor)})
    return np.asarray(made)


def upscaled(model, picture: NDArray, **choices) -> NDArray:
    """A picture (H, W) through a model of one channel."""
    return run(model, picture[None, None], **choices)[0, 0]


def exact_luma(program):
    """The model of the kind exact, of luma."""
    return model_of(exact_core(program), LUMA, name="test", metadata={})


def checked(model):
    """The same model, with shapes; what is wrong with it raises."""
    onnx.checker.check_model(model, full_check=True)
    return onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
