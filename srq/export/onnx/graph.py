"""Nodes and constants put together to an ONNX model."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
"""What every onnxruntime from 1.12 on reads, and most other tools."""

INPUT, OUTPUT = "input", "output"
"""The names of the only tensor that goes in and the only one that comes out."""


class Graph:
    """A list of nodes that grows. Tensors are named by strings."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._shared: dict[tuple[str, bytes, tuple[int, ...]], str] = {}

    def op(self, kind: str, *inputs: str, name: str = "", domain: str = "", **fields: Any) -> str:
        """Append a node of one output; returns that, which is called ``name`` as the node is, or
        by its number. ``fields`` are the node's attributes."""
        name = name or f"{kind.lower()}_{len(self._nodes)}"
        node = helper.make_node(kind, inputs, [name], name=name, domain=domain, **fields)
        self._nodes.append(node)
        return name

    def call_last(self, name: str) -> str:
        """Call the last node and its tensor ``name``, before another reads it; returns that."""
        node = self._nodes[-1]
        node.name = node.output[0] = name
        return name

    def constant(self, values: Any, dtype: Any, name: str = "") -> str:
        """A constant tensor called ``name``; of those without a name, equal ones are kept once."""
        array = np.asarray(values, dtype)
        key = array.dtype.str, array.tobytes(), array.shape
        if not name and key in self._shared:
            return self._shared[key]
        if not name:
            name = self._shared[key] = f"constant_{len(self._shared)}"
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def cast(self, tensor: str, dtype: Any, name: str = "") -> str:
        """``tensor`` as another type."""
        return self.op("Cast", tensor, name=name, to=_element_type(dtype))

    def model(
        self,
        name: str,
        read: ValueInfoProto,
        written: ValueInfoProto,
        *,
        metadata: Mapping[str, str],
        domains: Mapping[str, int] | None = None,
    ) -> ModelProto:
        """The model that makes ``written`` of ``read``.

        domains: those of operators beyond the standard, with their versions.
        """
        graph = helper.make_graph(self._nodes, name, [read], [written], self._constants)
        opsets = [helper.make_opsetid("", OPSET)]
        opsets += [helper.make_opsetid(*domain) for domain in (domains or {}).items()]
        model = helper.make_model(
            graph,
            opset_imports=opsets,
            ir_version=IR_VERSION,
            producer_name="srq",
        )
        helper.set_model_props(model, dict(metadata))
        return model


def tensor_info(name: str, dtype: Any, shape: Sequence[int | str]) -> ValueInfoProto:
    """What a model says of a tensor that goes in or out; a size that is a name is free."""
    return helper.make_tensor_value_info(name, _element_type(dtype), shape)


def model_bytes(model: ModelProto) -> bytes:
    """The file; the same model gives the same bytes."""
    return model.SerializeToString(deterministic=True)


def _element_type(dtype: Any) -> int:
    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
