"""Which ONNX runtimes give the integers of an exact model?

    python -m benchmarks.studies.runtimes [--web FOLDER]

Each runtime that is installed runs ``kim-x2`` on its folder's check vector, and the code values of
its result are compared. The model takes code values (luma), or those divided by the greatest
(gray). In the third column it is gray and its first kernel is left at 3 x 3, which some runtimes
compute by Winograd's transforms. Of what is not installed the rows of the result file stay.
``--web`` names a folder in which ``npm install onnxruntime-web`` was run.
"""

# The runtimes have no types.
# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from srq.export.onnx import exact
from srq.export.onnx.exporter import Onnx
from srq.program import Program, load
from srq.provenance import Provenance
from srq.zoo import resolve

RESULT = harness.RESULTS / "runtimes.json"
FORMS = ("luma", "gray", "gray, 3 x 3")

Run = Callable[[Path, NDArray], NDArray]
"""Of a model's file and its input, the output."""


def _onnxruntime(model: Path, given: NDArray) -> NDArray:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"input": given})[0])


def _reference(model: Path, given: NDArray) -> NDArray:
    from onnx.reference import ReferenceEvaluator

    # Its stub says a dict; it is a list.
    larger: Any = ReferenceEvaluator(str(model)).run(None, {"input": given})
    return np.asarray(larger[0])


def _openvino(model: Path, given: NDArray) -> NDArray:
    import openvino

    core = openvino.Core()
    hint = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(core.read_model(model), "CPU", hint)
    return np.asarray(next(iter(compiled([given]).values())))


def _tract(model: Path, given: NDArray) -> NDArray:
    import tract

    found = tract.onnx().load(str(model))
    kind = "u8" if given.dtype == np.uint8 else "f32"
    found.set_input_fact(0, ",".join([*(str(side) for side in given.shape), kind]))
    return np.asarray(found.into_model().into_runnable().run([given])[0].to_numpy())


def _opencv(model: Path, given: NDArray, *, winograd: bool | None = None) -> NDArray:
    import cv2

    net = cv2.dnn.readNetFromONNX(str(model))
    if winograd is not None:
        net.enableWinograd(winograd)
    net.setInput(given.astype(np.float32))
    return net.forward()


def _opencv_plain(model: Path, given: NDArray) -> NDArray:
    return _opencv(model, given, winograd=False)


def _ncnn(model: Path, given: NDArray) -> NDArray:
    import ncnn

    shape = ",".join(str(side) for side in given.shape)
    kind = "u8" if given.dtype == np.uint8 else "f32"
    with tempfile.TemporaryDirectory(prefix="srq-ncnn-") as place:
        network = Path(shutil.copy(model, place))
        command = ["pnnx", str(network), f"inputshape=[{shape}]{kind}", "fp16=0"]
        subprocess.run(command, check=True, capture_output=True, cwd=place)
        net = ncnn.Net()
        if net.load_param(str(network.with_suffix(".ncnn.param"))):
            raise RuntimeError("ncnn has not all layers")  # to go on would end the process
        net.load_model(str(network.with_suffix(".ncnn.bin")))
    extractor = net.create_extractor()
    extractor.input("in0", ncnn.Mat(np.ascontiguousarray(given[0])))
    _, made = extractor.extract("out0")
    return np.array(made)[None]


_NODE = """
const ort = require("onnxruntime-web"), fs = require("fs");
ort.env.wasm.numThreads = 1;
const [model, input, output, type, ...shape] = process.argv.slice(2);
(async () => {
    const session = await ort.InferenceSession.create(fs.readFileSync(model));
    const bytes = new Uint8Array(fs.readFileSync(input));
    const data = type === "uint8" ? bytes : new Float32Array(bytes.buffer);
    const given = new ort.Tensor(type, data, shape.map(Number));
    const made = (await session.run({input: given})).output.data;
    fs.writeFileSync(output, Buffer.from(made.buffer, made.byteOffset, made.byteLength));
})().catch((error) => { console.error(error.message); process.exit(1); });
"""


def _web(folder: Path) -> Run:
    """onnxruntime-web in Node, on WebAssembly."""

    def run(model: Path, given: NDArray) -> NDArray:
        with tempfile.TemporaryDirectory(prefix="srq-web-") as place:
            script, input_, output = (Path(place) / name for name in ("run.js", "in", "out"))
            script.write_text(_NODE, encoding="utf-8")
            input_.write_bytes(given.tobytes())
            sides = [str(side) for side in given.shape]
            command = ["node", str(script), str(model), str(input_), str(output)]
            done = subprocess.run(
                [*command, given.dtype.name, *sides],
                capture_output=True,
                text=True,
                cwd=folder,
                env={**os.environ, "NODE_PATH": str(folder / "node_modules")},
            )
            if done.returncode:
                raise RuntimeError(done.stderr)
            shape = (*given.shape[:2], *(2 * side for side in given.shape[2:]))
            return np.frombuffer(output.read_bytes(), given.dtype).reshape(shape)

    return run


RUNTIMES: dict[str, tuple[str, Run]] = {
    "onnxruntime": ("onnxruntime", _onnxruntime),
    "onnx.reference": ("onnx", _reference),
    "OpenVINO, f32": ("openvino", _openvino),
    "tract": ("tract", _tract),
    "OpenCV, classic engine": ("opencv-python-headless", _opencv),
    "OpenCV, classic engine, `enableWinograd(False)`": ("opencv-python-headless", _opencv_plain),
    "ncnn, by pnnx": ("ncnn", _ncnn),
}
"""By name: the distribution that brings it, and how it runs a model."""


def folders(program: Program, folder: Path) -> dict[str, Path]:
    """The exports by form, each in a folder of its own."""
    found = {}
    for number, form in enumerate(FORMS):
        narrow = patch.object(exact, "widened_of", lambda _: frozenset[str]())
        exporter = Onnx(form="luma" if form == "luma" else "gray")
        if form == FORMS[-1]:
            with narrow:
                files = exporter.files(program)
        else:
            files = exporter.files(program)
        found[form] = folder / str(number)
        found[form].mkdir()
        for path, data in files.items():
            (found[form] / path).write_bytes(data)
    return found


def outcome(run: Run, folder: Path) -> str:
    """What a runtime makes of a folder's check vector, in words."""
    (model,) = folder.glob("*.onnx")
    given, wanted = np.load(folder / "input.npy"), np.load(folder / "output.npy")
    try:
        made = run(model, given)
    except Exception as error:
        return f"does not run: {' '.join(str(error).split())[-160:]}"
    if given.dtype == np.float32:
        made = np.rint(made * 255)
    if made.shape != wanted.shape:
        return f"has the shape {made.shape}"
    wrong = int((made != wanted).sum())
    if not wrong:
        return "equal"
    return f"{wrong} of {wanted.size} pixels differ"


def runtimes(web: Path | None) -> Iterator[tuple[str, str, Run]]:
    """The name, version and function of each that is installed."""
    for name, (distribution, run) in RUNTIMES.items():
        try:
            yield name, version(distribution), run
        except ModuleNotFoundError:
            print(f"{name}: not installed")
    if web is not None:
        package = harness.read_result(web / "node_modules" / "onnxruntime-web" / "package.json")
        yield "onnxruntime-web, WebAssembly", package["version"], _web(web)


def tables() -> dict[str, str]:
    """The table of the result file."""
    return {"outcomes": table(harness.read_result(RESULT))}


def table(record: dict[str, Any]) -> str:
    """What each runtime made of each form, as markdown."""
    lines = [f"| runtime | version | {' | '.join(FORMS)} |", "| --- | --- |" + " --- |" * 3]
    for name, found in record["runtimes"].items():
        cells = [found["forms"][form].split(":")[0] for form in FORMS]
        lines.append(f"| {name} | {found['version']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Run the check vectors in every runtime."""
    parser = harness.parser(__doc__)
    parser.add_argument("--web", type=Path)
    parser.add_argument("--json", type=Path, default=RESULT)
    options: argparse.Namespace = parser.parse_args()
    program = load(resolve("kim-x2", "program"))
    held = harness.read_result(options.json)["runtimes"] if options.json.is_file() else {}
    with tempfile.TemporaryDirectory(prefix="srq-runtimes-") as place:
        exports = folders(program, Path(place))
        for name, release, run in runtimes(options.web):
            forms = {form: outcome(run, folder) for form, folder in exports.items()}
            print(name, release, forms, flush=True)
            held[name] = {"version": release, "forms": forms}
    record = {
        "program": program.fingerprint,
        "made": Provenance.now().to_json(),
        "runtimes": held,
    }
    harness.write_result(options.json, record)


if __name__ == "__main__":
    main()
