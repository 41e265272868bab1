"""Exported kernels for tests: small Programs, and their folders built by their own Makefile."""

import os
import shlex
import subprocess
from pathlib import Path

import numpy as np

from srq.export import export
from srq.export.hls import Hls
from srq.fixed import Format
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Output,
    Padding,
    PixelShuffle,
    Program,
    Requantize,
)
from srq.verify.hls import TYPES, ap_types

GET_COMPILER = "apt install g++"


def small_program(seed: int = 0, *, frac: int = 6) -> Program:
    """Every kind of op in few multipliers: even and grouped kernels, a bias, a shift of each
    channel's own, a skip around two convolutions, a convolution after the shuffle."""
    rng = np.random.default_rng(seed)
    acts, luma = Format.parse("u9.7"), Format.parse("u8.8")

    def weights(*shape: int) -> np.ndarray:
        return rng.integers(-31, 32, shape)

    return Program(
        [
            Input("lr", luma),
            Conv("int", "lr", weights(4, 1, 3, 3), weight_bits=6, weight_frac=frac, format=acts),
            Conv(
                "even",
                "int",
                weights(4, 2, 2, 4),
                weight_bits=6,
                weight_frac=[5, 6, 7, 6],
                groups=2,
                padding=Padding(1, 0, 1, 2),
                bias=rng.integers(-99, 99, 4),
                format=Format.parse("s10.7"),
            ),
            Conv("point", "even", weights(4, 4, 1, 1), weight_bits=6, weight_frac=6),
            Add("sum", "point", "int", Format.parse("s10.6")),
            Requantize("narrow", "sum", Format.parse("u7.5")),
            PixelShuffle("fine", "narrow", 2),
            Conv("blur", "fine", weights(1, 1, 3, 3), weight_bits=6, weight_frac=6),
            NearestUpsample("nearest", "lr", 2),
            Add("total", "blur", "nearest", luma),
            Output("hr", "total"),
        ],
        name="small",
    )


def _row(name: str, source: str, columns: int) -> Conv:
    """A convolution of one row that reads only to its right."""
    luma, weight = Format.parse("u8.8"), np.ones((1, 1, 1, columns), int)
    padding = Padding(0, 0, 0, columns - 1)
    return Conv(name, source, weight, weight_bits=2, weight_frac=2, padding=padding, format=luma)


def nested_joins() -> Program:
    """A sum that waits for its own operand longer than what it is added to takes."""
    luma = Format.parse("u8.8")
    return Program(
        [
            Input("lr", luma),
            _row("slow", "lr", 21),
            Add("first", "lr", "slow", luma),
            _row("quick", "lr", 6),
            Add("second", "first", "quick", luma),
            Output("hr", "second"),
        ]
    )


def early_window() -> Program:
    """A window that is ready long before what its layer's sum is added to: it waits in a FIFO."""
    rng = np.random.default_rng(5)
    luma, acts = Format.parse("u8.8"), Format.parse("s9.7")

    def conv(name: str, source: str, outputs: int, inputs: int, out: Format | None) -> Conv:
        weight = rng.integers(-31, 32, (outputs, inputs, 3, 3))
        return Conv(name, source, weight, weight_bits=6, weight_frac=7, format=out)

    return Program(
        [
            Input("lr", luma),
            conv("first", "lr", 2, 1, acts),
            conv("second", "first", 1, 2, acts),
            conv("early", "lr", 1, 1, None),
            Add("sum", "early", "second", luma),
            Output("hr", "sum"),
        ],
        name="early",
    )


def two_lines_of_blocks() -> Program:
    """Two convolutions at scale 2 with one line below each, and what they lag added to them."""
    luma, weight = Format.parse("u8.8"), np.ones((1, 1, 2, 1), int)
    fields: dict = {"weight_bits": 2, "weight_frac": 2, "padding": Padding(0, 1, 0, 0)}
    return Program(
        [
            Input("lr", luma),
            NearestUpsample("large", "lr", 2),
            Conv("one", "large", weight, format=luma, **fields),
            Conv("two", "one", weight, format=luma, **fields),
            NearestUpsample("base", "lr", 2),
            Add("sum", "two", "base", luma),
            Output("hr", "sum"),
        ]
    )


def wide_blocks() -> Program:
    """A convolution over blocks of 88 lanes of 14 bits: wider than a word of a memory."""
    rng = np.random.default_rng(0)
    acts, luma = Format.parse("s14.10"), Format.parse("u8.8")

    def weights(*shape: int) -> np.ndarray:
        return rng.integers(-127, 128, shape)

    fields: dict = {"weight_bits": 8, "weight_frac": 7}
    return Program(
        [
            Input("lr", luma),
            Conv("head", "lr", weights(88, 1, 1, 1), format=acts, **fields),
            Conv("around", "head", weights(88, 1, 3, 1), groups=88, format=acts, **fields),
            Conv("deep", "around", weights(4, 22, 1, 1), groups=4, format=luma, **fields),
            PixelShuffle("fine", "deep", 2),
            Output("hr", "fine"),
        ],
        name="wide",
    )


def shell(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command in an exported folder; its output and errors together in ``stdout``."""
    return subprocess.run(
        shlex.split(command),
        cwd=folder,
        env={**os.environ, TYPES: str(ap_types()), "OPTIMIZE": "-O0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def make(folder: Path, *arguments: str) -> None:
    """``make`` in an exported folder, which must succeed."""
    done = shell(folder, shlex.join(["make", *arguments]))
    assert done.returncode == 0, done.stdout


def run_testbench(folder: Path, binary: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The built test bench, run."""
    return subprocess.run(
        [f"./{binary}", *arguments], cwd=folder, capture_output=True, text=True, timeout=240
    )


def exported(program: Program, folder: Path, **choices: object) -> Path:
    """The export of ``program`` in ``folder``, for narrow pictures."""
    export(program, Hls(**{"max_width": 19, "stages": 4, **choices}), folder)
    return folder


def fifos(folder: Path) -> dict[str, int]:
    """The depth of every FIFO of an exported kernel."""
    depths = {}
    for line in (folder / "kernel.cpp").read_text().splitlines():
        if line.strip().startswith("SRQ_FIFO("):
            name, depth = line.split("(")[1].split(")")[0].split(", ")
            depths[name] = int(depth)
    return depths


def deepen(folder: Path, stream: str, depth: int) -> None:
    """Give a FIFO of an exported kernel another depth."""
    kernel = folder / "kernel.cpp"
    old = f"SRQ_FIFO({stream}, {fifos(folder)[stream]})"
    kernel.write_text(kernel.read_text().replace(old, f"SRQ_FIFO({stream}, {depth})"))
