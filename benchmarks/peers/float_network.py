"""A Program's network in floats, as the general runtimes are given it.

The weights are the Program's as real numbers; nothing is rounded between layers. ``layers`` is
the network as it is trained, ``merged`` the same with every depthwise convolution multiplied into
the pointwise one that follows it: more multiplications, but in the one shape that general
runtimes do best. A peer runs both, and is measured by its faster.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from srq.program import Add, Conv, Input, NearestUpsample, PixelShuffle, Program


@dataclass(frozen=True)
class Layer:
    """One op in floats: ``kind`` is conv, add, shuffle or nearest.

    weight, bias, groups: of a conv, whose kernel is odd and padded on all sides alike.
    scale: of a shuffle or a nearest upsampling.
    relu: whether what is below zero becomes zero.
    """

    kind: str
    name: str
    sources: tuple[str, ...]
    weight: NDArray[np.float32] | None = None
    groups: int = 1
    scale: int = 1
    relu: bool = False
    bias: NDArray[np.float32] | None = None


def layers(program: Program) -> list[Layer]:
    """The network of ``program``, whose picture is the value ``lr``."""
    made: list[Layer] = []
    names = {program.input.name: "lr"}
    for step in program.steps:
        op = step.op
        sources = tuple(names.get(name, name) for name in op.sources)
        relu = not step.value.format.signed
        match op:
            case Input():
                continue
            case Conv():
                fracs = np.array(op.channel_fracs).reshape(-1, 1, 1, 1)
                weight = (op.weight * 2.0**-fracs).astype(np.float32)
                bias = None
                if op.bias is not None:
                    frac = program.step(op.source).value.format.frac + np.array(op.channel_fracs)
                    bias = (op.bias * 2.0**-frac).astype(np.float32)
                made.append(Layer("conv", op.name, sources, weight, op.groups, 1, relu, bias))
            case Add():
                last = step is program.steps[-2]  # pictures are clipped when they are written
                made.append(Layer("add", op.name, sources, relu=relu and not last))
            case PixelShuffle() | NearestUpsample():
                kind = "shuffle" if isinstance(op, PixelShuffle) else "nearest"
                made.append(Layer(kind, op.name, sources, scale=op.scale))
    return made


def merged(network: list[Layer]) -> list[Layer]:
    """``network`` with depthwise convolutions multiplied into the pointwise ones behind them."""
    by_name = {layer.name: layer for layer in network}
    gone = set()
    made = []
    for layer in network:
        before = by_name.get(layer.sources[0])
        pointwise = layer.kind == "conv" and layer.groups == 1
        if pointwise and before and before.groups > 1 and before.bias is None:
            assert layer.weight is not None
            assert before.weight is not None
            weight = layer.weight * before.weight[None, :, 0]
            made.append(replace(layer, weight=weight, sources=before.sources))
            gone.add(before.name)
        else:
            made.append(layer)
    return [layer for layer in made if layer.name not in gone]


def write_onnx(network: list[Layer], path: Path, height: int, width: int) -> None:
    """``network`` as ONNX for pictures of one size: (1, 1, height, width) in and float32 out."""
    nodes, constants = [], []

    def constant(name: str, array: NDArray) -> str:
        constants.append(numpy_helper.from_array(array, name))
        return name

    for layer in network:
        sources, out = list(layer.sources), layer.name
        raw = f"{out}_sum" if layer.relu else out
        match layer.kind:
            case "conv":
                assert layer.weight is not None
                pads = [n // 2 for n in layer.weight.shape[2:]]
                sources.append(constant(f"{out}_weight", layer.weight))
                if layer.bias is not None:
                    sources.append(constant(f"{out}_bias", layer.bias))
                nodes.append(
                    helper.make_node("Conv", sources, [raw], group=layer.groups, pads=pads * 2)
                )
            case "add":
                nodes.append(helper.make_node("Add", sources, [raw]))
            case "shuffle":
                nodes.append(
                    helper.make_node(
                        "DepthToSpace", sources, [raw], blocksize=layer.scale, mode="CRD"
                    )
                )
            case "nearest":
                scales = constant(
                    f"{out}_scales", np.array([1, 1, layer.scale, layer.scale], np.float32)
                )
                nodes.append(
                    helper.make_node(
                        "Resize",
                        [*sources, "", scales],
                        [raw],
                        mode="nearest",
                        coordinate_transformation_mode="asymmetric",
                        nearest_mode="floor",
                    )
                )
        if layer.relu:
            nodes.append(helper.make_node("Relu", [raw], [out]))
    picture = helper.make_tensor_value_info("lr", TensorProto.FLOAT, [1, 1, height, width])
    scale = max(layer.scale for layer in network)
    larger = [1, 1, height * scale, width * scale]
    result = helper.make_tensor_value_info(network[-1].name, TensorProto.FLOAT, larger)
    graph = helper.make_graph(nodes, "network", [picture], [result], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def torch_network(network: list[Layer]) -> Callable[[torch.Tensor], torch.Tensor]:
    """``network`` as a function of torch, its weights in channels_last."""
    functional = torch.nn.functional
    weights = {
        layer.name: torch.from_numpy(layer.weight).contiguous(memory_format=torch.channels_last)
        for layer in network
        if layer.weight is not None
    }

    biases = {
        layer.name: torch.from_numpy(layer.bias) for layer in network if layer.bias is not None
    }

    def run(picture: torch.Tensor) -> torch.Tensor:
        values = {"lr": picture}
        for layer in network:
            sources = [values[name] for name in layer.sources]
            match layer.kind:
                case "conv":
                    weight = weights[layer.name]
                    pads = (weight.shape[2] // 2, weight.shape[3] // 2)
                    bias = biases.get(layer.name)
                    value = functional.conv2d(
                        sources[0], weight, bias, padding=pads, groups=layer.groups
                    )
                case "add":
                    value = sources[0] + sources[1]
                case "shuffle":
                    value = functional.pixel_shuffle(sources[0], layer.scale)
                case _:
                    value = functional.interpolate(sources[0], scale_factor=layer.scale)
            values[layer.name] = value.relu_() if layer.relu else value
        return values[network[-1].name]

    return run


def write_ncnn(network: list[Layer], parameters: Path, weights: Path) -> None:
    """``network`` as ncnn's two files, from the blob ``lr`` to the blob of the last layer."""
    readers: dict[str, int] = {}
    for layer in network:
        for name in layer.sources:
            readers[name] = readers.get(name, 0) + 1
    lines: list[str] = []
    blobs = 0
    taken: dict[str, int] = {}

    def write(kind: str, name: str, sources: list[str], outs: list[str], *options: str) -> None:
        nonlocal blobs
        blobs += len(outs)
        lines.append(
            " ".join([kind, name, str(len(sources)), str(len(outs)), *sources, *outs, *options])
        )

    def publish(name: str) -> None:
        # A blob has one reader; for more it is split.
        if readers.get(name, 0) > 1:
            write("Split", f"{name}_split", [name], [f"{name}_{i}" for i in range(readers[name])])

    def read(name: str) -> str:
        if readers[name] == 1:
            return name
        taken[name] = taken.get(name, -1) + 1
        return f"{name}_{taken[name]}"

    pieces: list[bytes] = []
    write("Input", "lr", [], ["lr"])
    publish("lr")
    for layer in network:
        sources = [read(name) for name in layer.sources]
        match layer.kind:
            case "conv":
                assert layer.weight is not None
                outs, _, rows, columns = layer.weight.shape
                options = [
                    f"0={outs}",
                    f"1={columns}",
                    f"11={rows}",
                    f"4={columns // 2}",
                    f"14={rows // 2}",
                    f"6={layer.weight.size}",
                    f"9={int(layer.relu)}",
                    f"5={int(layer.bias is not None)}",
                ]
                kind = "Convolution"
                if layer.groups > 1:
                    kind = "ConvolutionDepthWise"
                    options.append(f"7={layer.groups}")
                write(kind, layer.name, sources, [layer.name], *options)
                pieces += [bytes(4), layer.weight.astype("<f4").tobytes()]
                if layer.bias is not None:
                    pieces.append(layer.bias.astype("<f4").tobytes())
            case "add":
                raw = f"{layer.name}_sum" if layer.relu else layer.name
                write("BinaryOp", layer.name, sources, [raw], "0=0")
                if layer.relu:
                    write("ReLU", f"{layer.name}_relu", [raw], [layer.name])
            case "shuffle":
                write("PixelShuffle", layer.name, sources, [layer.name], f"0={layer.scale}")
            case _:
                scale = f"{layer.scale}.0"
                write(
                    "Interp", layer.name, sources, [layer.name], "0=1", f"1={scale}", f"2={scale}"
                )
        publish(layer.name)
    header = ["7767517", f"{len(lines)} {blobs}"]
    parameters.write_text("\n".join([*header, *lines]) + "\n")
    weights.write_bytes(b"".join(pieces))
