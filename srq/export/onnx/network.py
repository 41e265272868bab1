"""The float network that a Program was made of, as nodes.

Only this file of the exporter needs torch, and only once it is asked for a network.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from srq.errors import CheckpointError, MissingDependencyError, ModelError
from srq.export.onnx.forms import Core
from srq.export.onnx.graph import Graph
from srq.export.onnx.operators import convolve, nearest, shuffle
from srq.files import sha256_file
from srq.program import Program
from srq.zoo import names, resolve

if TYPE_CHECKING:
    from torch import nn

    from srq.models.capture import Layer


def find_checkpoint(program: Program, named: str | Path | None) -> Path:
    """The checkpoint of the float network that ``program`` was made of: ``named``, or by default
    the one of the zoo with the name that the program says, or else with its own.

    Raises ModelError if there is none, CheckpointError if it is of another network.
    """
    file, _, made_of = program.provenance.get("checkpoint", "").rpartition(" ")
    default = Path(file).stem if Path(file).stem in names("float") else program.name
    if named is None and default not in names("float"):
        raise ModelError(
            f"The zoo has no float network for the program '{program.name}';"
            " name the checkpoint that it was made of."
        )
    checkpoint = resolve(named or default, "float")
    if made_of and checkpoint.is_file() and sha256_file(checkpoint) != made_of:
        raise CheckpointError(
            f"{checkpoint} is not what the program '{program.name}' was made of, a file of the"
            f" SHA-256 {made_of}; name that one."
        )
    return checkpoint


def float_core(program: Program, checkpoint: Path) -> Core:
    """The network in a checkpoint, which is that of ``program`` before it was quantized.

    Raises CheckpointError or StorageError for a file that holds no such network, ModelError for
    one that has more in it than convolutions, ReLUs, sums, shuffles and nearest upsampling,
    MissingDependencyError without torch.
    """
    try:
        from srq.models.capture import capture
        from srq.models.checkpoint import load_model
    except ImportError as error:
        raise MissingDependencyError(
            f"The kind float needs {error.name}, which is not installed; pip install 'srq[train]'."
        ) from error
    network = load_model(checkpoint)
    if network.scale != program.scale:
        raise CheckpointError(
            f"{checkpoint} enlarges by {network.scale}, but the program '{program.name}' by"
            f" {program.scale}; name the checkpoint that it was made of."
        )
    layers = capture(network)
    return Core(
        program.scale,
        program.input_value.format,
        program.output_value.format,
        exact=False,
        append=lambda graph, luma: _append(graph, layers, luma),
    )


def _append(graph: Graph, layers: "tuple[Layer, ...]", luma: str) -> str:
    from srq.models.capture import LayerKind

    values: dict[str, str] = {}
    for layer in layers:
        sources = [values[name] for name in layer.sources]
        match layer.kind:
            case LayerKind.INPUT:
                values[layer.name] = luma
                continue
            case LayerKind.OUTPUT:
                return sources[0]
            case LayerKind.CONV:
                assert layer.conv is not None
                _convolve(graph, layer.name, layer.conv, sources[0])
            case LayerKind.RELU:
                graph.op("Relu", *sources)
            case LayerKind.ADD:
                graph.op("Add", *sources)
            case LayerKind.SHUFFLE:
                shuffle(graph, sources[0], layer.scale)
            case LayerKind.NEAREST:
                nearest(graph, sources[0], layer.scale)
        values[layer.name] = graph.call_last(f"{layer.name}/value")
    raise AssertionError("a network ends with its result")


def _convolve(graph: Graph, name: str, conv: "nn.Conv2d", source: str) -> None:
    bias = ""
    if conv.bias is not None:
        bias = graph.constant(conv.bias.detach().numpy(), np.float32, f"{name}/bias")
    # Of an even kernel, torch's padding="same" puts the one zero more at the end.
    height, width = (size - 1 for size in conv.kernel_size)
    convolve(
        graph,
        source,
        graph.constant(conv.weight.detach().numpy(), np.float32, f"{name}/weight"),
        bias,
        kernel=conv.kernel_size,
        groups=conv.groups,
        padding=(height // 2, height - height // 2, width // 2, width - width // 2),
    )
