"""Ways to double a luma frame that benchmarks/throughput.py compares.

A contestant takes a frame of uint8 and a number of threads and gives a function that enlarges
that frame once. The general runtimes get their floats made before the clock starts, and leave
theirs as they are: only the native engine and the bicubic filter give pixels. Their int8 is what
onnxruntime's own quantizer makes of the float network, calibrated on this very frame.
"""

import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from benchmarks.peers.float_network import (
    Layer,
    layers,
    merged,
    torch_network,
    write_ncnn,
    write_onnx,
)
from srq.engines.native import Native, chosen_isa
from srq.engines.native import isas as available_isas
from srq.program import Program

# Of the extra `bench`, which the checks of srq do without.
cv2: Any = import_module("cv2")
ncnn: Any = import_module("ncnn")
openvino: Any = import_module("openvino")

Frame = NDArray[np.uint8]
Run = Callable[[], NDArray]


def contestants(
    program: Program, eight_bits: Program, frame: Frame, threads: int
) -> dict[str, Run]:
    """Every contestant by name, ready to run with ``threads`` threads.

    ``eight_bits`` is the same network with weights and activations of 8 bits.
    """
    made: dict[str, Run] = {}
    for isa in isas():
        made[native_on(isa)] = native(program, frame, threads, isa)
        made[f"{native_on(isa)}, 8 bits"] = native(eight_bits, frame, threads, isa)
    for build, network in (("", layers(program)), (", merged", merged(layers(program)))):
        made[f"onnxruntime fp32{build}"] = on_onnxruntime(network, frame, threads)
        made[f"onnxruntime int8{build}"] = on_onnxruntime(network, frame, threads, int8=True)
        made[f"OpenVINO fp32{build}"] = on_openvino(network, frame, threads, "f32")
        made[f"OpenVINO bf16{build}"] = on_openvino(network, frame, threads, "bf16")
        made[f"OpenVINO int8{build}"] = on_openvino(network, frame, threads, "int8")
        made[f"ncnn{build}"] = on_ncnn(network, frame, threads)
        made[f"torch{build}"] = on_torch(network, frame, threads)
    made["OpenCV bicubic"] = bicubic(program, frame, threads)
    return made


def isas() -> list[str]:
    """The instruction sets of the native engine that are measured: the chosen one first, then
    ``avx2``, which most processors have."""
    chosen = chosen_isa()
    return [chosen, *(isa for isa in available_isas() if isa == "avx2" != chosen)]


def native_on(isa: str) -> str:
    """The native engine's name as a contestant."""
    return "native" if isa == chosen_isa() else f"native on {isa}"


def native(program: Program, frame: Frame, threads: int, isa: str) -> Run:
    """The native engine, pixels to pixels, into memory that is there."""
    engine = Native(program, threads, isa=isa)
    out = np.empty([n * program.scale for n in frame.shape], np.uint8)
    return lambda: engine(frame, out=out)


def as_float(frame: Frame) -> NDArray[np.float32]:
    """The frame as (1, 1, height, width), from 0 to 1 - 1/256 as the Program counts."""
    return (frame[None, None] / np.float32(256)).astype(np.float32)


class _Frames(CalibrationDataReader):
    """One frame to calibrate on."""

    def __init__(self, frame: Frame) -> None:
        self._frames = iter([{"lr": as_float(frame)}])

    def get_next(self) -> Any:
        return next(self._frames, None)


def _write(network: list[Layer], frame: Frame, folder: str, int8: bool) -> str:
    """The network as an ONNX file in ``folder``."""
    path = Path(folder) / "network.onnx"
    write_onnx(network, path, *frame.shape)
    if not int8:
        return str(path)
    quantized = Path(folder) / "int8.onnx"
    quantize_static(
        str(path),
        str(quantized),
        _Frames(frame),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    return str(quantized)


def on_onnxruntime(network: list[Layer], frame: Frame, threads: int, int8: bool = False) -> Run:
    """onnxruntime on the processor, with all its optimizations."""
    with tempfile.TemporaryDirectory() as folder:
        return file_on_onnxruntime(_write(network, frame, folder, int8), frame, threads)


def file_on_onnxruntime(path: str, frame: Frame, threads: int) -> Run:
    """The same for an ONNX file whose input is called "lr"."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    given = {"lr": as_float(frame)}
    return lambda: np.asarray(session.run(None, given)[0])


def on_openvino(network: list[Layer], frame: Frame, threads: int, precision: str) -> Run:
    """OpenVINO on the processor, tuned for latency."""
    with tempfile.TemporaryDirectory() as folder:
        path = _write(network, frame, folder, int8=precision == "int8")
        return file_on_openvino(path, frame, threads, precision)


def file_on_openvino(path: str, frame: Frame, threads: int, precision: str) -> Run:
    """The same for an ONNX file."""
    compiled = openvino.Core().compile_model(
        path,
        "CPU",
        {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads,
            # What is not int8 in the file runs in the other.
            "INFERENCE_PRECISION_HINT": "bf16" if precision == "int8" else precision,
        },
    )
    request = compiled.create_infer_request()
    given = as_float(frame)
    return lambda: request.infer([given], share_inputs=True, share_outputs=True)[0]


def on_ncnn(network: list[Layer], frame: Frame, threads: int) -> Run:
    """ncnn as it comes, which for this processor includes bf16 where ncnn thinks it fits."""
    net = ncnn.Net()
    net.opt.num_threads = threads
    with tempfile.TemporaryDirectory() as folder:
        parameters, weights = Path(folder) / "param", Path(folder) / "bin"
        write_ncnn(network, parameters, weights)
        net.load_param(str(parameters))
        net.load_model(str(weights))
    given = ncnn.Mat(as_float(frame)[0])

    def run() -> NDArray:
        extractor = net.create_extractor()
        extractor.input("lr", given)
        return np.asarray(extractor.extract(network[-1].name)[1])[None]

    return run


def on_torch(network: list[Layer], frame: Frame, threads: int) -> Run:
    """torch in float32 and channels_last."""
    run_network = torch_network(network)
    given = torch.from_numpy(as_float(frame)).contiguous(memory_format=torch.channels_last)

    def run() -> NDArray:
        torch.set_num_threads(threads)
        with torch.inference_mode():
            return run_network(given).numpy()

    return run


def bicubic(program: Program, frame: Frame, threads: int) -> Run:
    """OpenCV's bicubic filter: the floor, which knows nothing of super-resolution."""
    size = (frame.shape[1] * program.scale, frame.shape[0] * program.scale)
    out = np.empty(size[::-1], np.uint8)

    def run() -> NDArray:
        cv2.setNumThreads(threads)
        return cv2.resize(frame, size, dst=out, interpolation=cv2.INTER_CUBIC)

    return run
