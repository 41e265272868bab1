"""Public networks, by the weights of others, on general runtimes."""

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from benchmarks.peers.runtimes import (
    Frame,
    Run,
    as_float,
    file_on_onnxruntime,
    file_on_openvino,
)
from srq.evaluate.peers import find_peer
from srq.models.network import Network
from srq.models.peer_weights import load_peer


def load(name: str) -> Network:
    """The network of ``SRQ_PEERS``/NAME.npz."""
    return load_peer(find_peer(name))


def contestants(network: Network, frame: Frame, threads: int) -> Iterator[tuple[str, Run]]:
    """The network in floats on onnxruntime and OpenVINO, for this frame.

    Raises ValueError where a runtime's picture of a part is not torch's.
    """
    with tempfile.TemporaryDirectory() as folder:
        small = np.ascontiguousarray(frame[:64, :64])
        file = _write(network, small, Path(folder) / "small.onnx")
        with torch.no_grad():
            expected = network(torch.from_numpy(as_float(small))).numpy()
        for run in (
            file_on_onnxruntime(file, small, threads),
            file_on_openvino(file, small, threads, "f32"),
        ):
            if np.abs(run() - expected).max() > 1e-3:
                raise ValueError(f"{network.name} is another network on a runtime.")
        file = _write(network, frame, Path(folder) / "network.onnx")
        yield "onnxruntime fp32", file_on_onnxruntime(file, frame, threads)
        yield "OpenVINO fp32", file_on_openvino(file, frame, threads, "f32")


def _write(network: Network, frame: Frame, path: Path) -> str:
    with warnings.catch_warnings():
        # torch's newer way of writing takes packages that nothing else here needs.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.from_numpy(as_float(frame)),),
            str(path),
            input_names=["lr"],
            opset_version=17,
            dynamo=False,
        )
    return str(path)
