"""How many adders does a picture's quality take, with no multiplier, and how much line memory?

    python -m benchmarks.studies.adders
    python -m benchmarks.studies.adders --cut 0.001 0.01 0.03 --bits 10x14
    python -m benchmarks.studies.adders --narrow 0.01 0.02 --bits 8x8

The Programs of ``kim-x2`` in the zoo, and with ``--cut`` Programs that ``srq quantize --adders``
makes of it at these losses. With ``--narrow`` activations are narrowed at these losses first, and
digits then cut at the loss that the command allows by itself. All is chosen on training pictures.
The result file grows Program by Program, and what stands in it is not measured again.
"""

import argparse
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import torch

from benchmarks import harness
from srq.adders import digit_counts, graph_of, matrix_of
from srq.dataflow import cost_of
from srq.engines import open_engine
from srq.files import write_bytes
from srq.lower import lower
from srq.program import Conv, Program, load
from srq.provenance import Provenance
from srq.quant import quantize
from srq.quant.evaluation import Pictures
from srq.quant.pipeline import ADDERS_LOSS
from srq.zoo import resolve

RESULT = harness.RESULTS / "adders.json"
SETS = ("Set5", "Set14", "B100", "Urban100")
PROGRAMS = ("kim-x2", "kim-x2-fpga", "kim-x2-8bit", "kim-x2-8bit-fpga")
REFERENCE = "kim-x2"


def main() -> None:
    options = _options()
    torch.set_num_threads(1)
    path = options.json or RESULT
    result = harness.read_result(path) if path.exists() else {"programs": {}}
    pictures: list[Pictures] = []
    for name, make in _programs(options):
        known = result["programs"].get(name)
        if known and name not in PROGRAMS:
            continue
        program = make()
        if known and known["fingerprint"] == program.fingerprint:
            continue
        pictures = pictures or [Pictures([group], scale=2) for group in SETS]
        result["programs"][name] = {**counted(program), "psnr": _psnr(program, pictures)}
        result["made"] = Provenance.now().to_json()
        harness.write_result(path, result)
        print(name, result["programs"][name], flush=True)


def _programs(options: argparse.Namespace) -> Iterator[tuple[str, Any]]:
    for name in PROGRAMS:
        yield name, lambda name=name: load(resolve(name, "program"))
    bits = options.bits.replace("x", "/")
    for loss in options.cut:
        yield f"{bits} bits, {loss:g} dB", lambda loss=loss: _made(bits, adders_loss=loss)
    for loss in options.narrow:
        yield (
            f"{bits} bits, narrowed by {loss:g} dB",
            lambda loss=loss: _made(bits, narrow_loss=loss),
        )


def _made(
    bits: str, *, adders_loss: float = ADDERS_LOSS, narrow_loss: float | None = None
) -> Program:
    """What ``srq quantize --adders auto`` makes."""
    weights, activations = map(int, bits.split("/"))
    quantized = quantize(
        REFERENCE,
        weights=weights,
        activations=activations,
        adders="auto",
        adders_loss=adders_loss,
        narrow_loss=narrow_loss,
    )
    print(*quantized.method, sep="\n", flush=True)
    return lower(quantized.twin)


def counted(program: Program) -> dict[str, Any]:
    """Digits, adders and line memory of a Program, for lines of 1,920 pixels."""
    digits = adders = bits = ternary = depth = 0
    for step in program.steps:
        if not isinstance(step.op, Conv):
            continue
        matrix = matrix_of(step.op.weight, step.op.groups)
        source = program.ranges.values[step.op.source]
        channels = [tap % step.op.in_channels for tap in range(matrix.shape[1])]
        inputs = [(min(0, int(source.lo[c])), max(0, int(source.hi[c]))) for c in channels]
        graph = graph_of(matrix, inputs)
        digits += int(digit_counts(matrix).sum())
        adders += len(graph.adders)
        bits += graph.bits
        ternary += graph.fused().bits
        depth = max(depth, graph.depth)
    cost = cost_of(program)
    output = cost.ops[-1].line_bits  # only lines in raster order need it
    return {
        "fingerprint": program.fingerprint,
        "digits": digits,
        "adders": adders,
        "bits": bits,
        "ternary_bits": ternary,
        "depth": depth,
        "line_bits": cost.line_bits - output + cost.delay_bits,
    }


def _psnr(program: Program, pictures: list[Pictures]) -> dict[str, float]:
    upscale = open_engine(program)
    return {name: round(db, 4) for some in pictures for name, db in some.psnr(upscale).items()}


def tables() -> dict[str, str]:
    """The table of the result file."""
    found = harness.read_result(RESULT)["programs"]
    lines = [
        "| Program | digits | adders | adder bits | with ternary adders | depth | line memory | "
        + " | ".join(SETS)
        + " |",
        "|---" * (7 + len(SETS)) + "|",
    ]
    for name, row in found.items():
        scores = " | ".join(f"{row['psnr'][group]:.3f}" for group in SETS)
        lines.append(
            f"| {name} | {row['digits']:,} | {row['adders']:,} | {row['bits']:,} |"
            f" {row['ternary_bits']:,} | {row['depth']} | {row['line_bits'] / 1e6:.2f} Mbit |"
            f" {scores} |"
        )
    return {"programs": "\n".join(lines) + "\n"}


def plot(path: Path) -> None:
    """Draw PSNR on each set over adder bits and over line memory."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    found = harness.read_result(RESULT)["programs"]
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    for index, (key, unit, title) in enumerate(
        (("bits", 1e3, "thousand bits of adders"), ("line_bits", 1e6, "Mbit of line memory"))
    ):
        axes = figure.add_subplot(1, 2, index + 1)
        for number, group in enumerate(SETS):
            best = found[REFERENCE]["psnr"][group]
            points = sorted((row[key] / unit, row["psnr"][group] - best) for row in found.values())
            look = {"color": f"C{number}", "marker": "o", "markersize": 4, "linestyle": ":"}
            axes.plot(*zip(*points, strict=True), **look, label=group)
        axes.set_xlabel(title)
        axes.set_ylabel(f"dB beside {REFERENCE}")
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    write_bytes(path, buffer.getvalue())


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--cut", type=float, nargs="*", default=[], help="dB that cutting may lose")
    parser.add_argument("--narrow", type=float, nargs="*", default=[], help="and narrowing")
    parser.add_argument("--bits", default="10x14", help="weights x activations of those")
    parser.add_argument("--json", type=Path, help="the result file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
