"""``srq export``: a Program written out for another world, one subcommand for each exporter."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from srq.export import Exporter

app = typer.Typer(name="export", help="Write a program out: ONNX, C, HLS, a shader, vectors.")

Model = Annotated[str, typer.Argument(metavar="MODEL", help="A .srq file, or a name of the zoo.")]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="The folder to write, missing or empty.")]


class Kind(StrEnum):
    """The kinds of ``srq export onnx``."""

    EXACT = "exact"
    FLOAT = "float"
    QONNX = "qonnx"


class Form(StrEnum):
    """What a network of ``srq export onnx`` reads and writes."""

    LUMA = "luma"
    GRAY = "gray"
    RGB = "rgb"


@app.command("onnx")
def onnx(
    model: Model,
    out: Out,
    kind: Annotated[
        Kind,
        typer.Option(
            help="exact: the integers, bit for bit, in standard operators; float: the network"
            " before it was quantized; qonnx: with quantizers, for tools that know QONNX."
        ),
    ] = Kind.EXACT,
    form: Annotated[
        Form,
        typer.Option(
            help="luma: 8-bit luma in and out; gray: float luma of 0 to 1; rgb: float colour"
            " of 0 to 1, its chroma resized inside."
        ),
    ] = Form.LUMA,
) -> None:
    """Write an ONNX file for onnxruntime and all that read ONNX."""
    _export(model, out, "onnx", kind=kind.value, form=form.value)


@app.command("c")
def c(
    model: Model,
    out: Out,
    max_width: Annotated[
        int, typer.Option(min=1, metavar="PIXELS", help="The widest line it must take.")
    ] = 1920,
) -> None:
    """Write self-contained C99 that takes a line of luma and gives back larger lines."""
    _export(model, out, "c", max_width=max_width, then=f"make -C {out}")


@app.command("hls")
def hls(
    model: Model,
    out: Out,
) -> None:
    """Write a streaming C++ kernel for Vitis HLS, with its test bench."""
    _export(model, out, "hls", then=f"make -C {out}")


@app.command("glsl")
def glsl(
    model: Model,
    out: Out,
) -> None:
    """Write a shader for mpv and libplacebo."""
    _export(model, out, "glsl")


@app.command("vectors")
def vectors(
    model: Model,
    out: Out,
) -> None:
    """Write pictures and every tensor between the ops, to check hardware against."""
    _export(model, out, "vectors")


def _export(model: str, out: Path, name: str, then: str = "", **choices: object) -> None:
    """Write the Program MODEL by the exporter ``name``; say what was written and what to try."""
    from srq.export import export, open_exporter
    from srq.program import load
    from srq.zoo import resolve

    program = load(resolve(model, "program"))
    exporter = open_exporter(name, **choices)
    export(program, exporter, out)
    _say_written(out, exporter, f"{program.name or model} ({program.fingerprint[:12]})")
    _say(f"Next: {then or f'srq verify {model} --only {name}'}")


def _say_written(out: Path, exporter: "Exporter", what: str) -> None:
    from srq.cli.columns import columns

    files = sorted(file for file in out.rglob("*") if file.is_file())
    rows = [(str(file.relative_to(out)), f"{file.stat().st_size:,} bytes") for file in files]
    _say("\n".join([f"{what} as {exporter.name}, in {out}:", *columns(rows, left=(0,))]))


def _say(text: str) -> None:
    from srq.cli.output import console

    console().print(text, markup=False, soft_wrap=True)
