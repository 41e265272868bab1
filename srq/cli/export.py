"""``srq export``: a Program written out for another world, one subcommand for each exporter."""

import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srq.cli.output import aligned, console

if TYPE_CHECKING:
    from srq.program import Program

app = typer.Typer(
    name="export", help="Write a program out: ONNX, C, HLS, RTL, a shader, WebAssembly, vectors."
)

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


class Textures(StrEnum):
    """In what ``srq export glsl`` keeps integers between passes."""

    HALF = "half"
    UNORM = "unorm"
    FLOAT = "float"


class Datapath(StrEnum):
    """How the layers of ``srq export rtl`` multiply."""

    CONSTANT = "constant"
    DSP = "dsp"
    FOLDED = "folded"


class Target(StrEnum):
    """What ``srq export rtl`` writes for."""

    XILINX = "xilinx"
    ECP5 = "ecp5"
    GENERIC = "generic"


class Order(StrEnum):
    """In which order the pixels of ``srq export rtl`` leave."""

    BLOCKS = "blocks"
    RASTER = "raster"


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
    checkpoint: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="For float: the checkpoint, or run folder, that MODEL was made of.  [default: the"
            " zoo's of that name]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write an ONNX file for onnxruntime and all that read ONNX."""
    if checkpoint is not None and Path(checkpoint).is_dir():
        from srq.train.weights import find_weights

        checkpoint = str(find_weights(checkpoint).file)
    _export(model, out, "onnx", kind=kind.value, form=form.value, checkpoint=checkpoint)
    _next(f"cd {_quoted(out)} && python upscale.py PICTURE LARGE")


@app.command("c")
def c(
    model: Model,
    out: Out,
    max_width: Annotated[
        int, typer.Option(min=1, metavar="PIXELS", help="The widest line it must take.")
    ] = 1920,
) -> None:
    """Write self-contained C99 that takes a line of luma and gives back larger lines."""
    _export(model, out, "c", max_width=max_width)
    _next(f"make -C {_quoted(out)} test")


@app.command("hls")
def hls(
    model: Model,
    out: Out,
    max_width: Annotated[
        int, typer.Option(min=1, metavar="PIXELS", help="The widest line it must take.")
    ] = 1920,
    stages: Annotated[
        int, typer.Option(min=1, metavar="CLOCKS", help="How long a process's pipeline may be.")
    ] = 32,
    part: Annotated[
        str, typer.Option(metavar="PART", help="The device that its script takes by itself.")
    ] = "xczu15eg-ffvb1156-2-e",
    clock: Annotated[
        str, typer.Option(metavar="NS", help="The clock period that its script takes by itself.")
    ] = "4",
) -> None:
    """Write a streaming C++ kernel for Vitis HLS, with its test bench."""
    _export(model, out, "hls", max_width=max_width, stages=stages, part=part, clock=clock)
    _next(f"make -C {_quoted(out)}")


@app.command("rtl")
def rtl(
    model: Model,
    out: Out,
    datapath: Annotated[
        Datapath,
        typer.Option(
            help="How layers multiply. constant: by shared additions of shifted values; dsp: by"
            " multipliers, but for weights of few digits; folded: by few multipliers, in several"
            " clocks."
        ),
    ] = Datapath.CONSTANT,
    pixels_per_clock: Annotated[
        int, typer.Option(metavar="N", help="Low-resolution pixels a clock: 1, 2 or 4.")
    ] = 1,
    target: Annotated[
        Target,
        typer.Option(help="What it is synthesized for; xilinx is UltraScale and UltraScale+."),
    ] = Target.GENERIC,
    max_width: Annotated[
        int, typer.Option(min=1, metavar="PIXELS", help="The widest line it must take.")
    ] = 1920,
    output: Annotated[
        Order,
        typer.Option(
            help="blocks: a beat has the pixels of each low-resolution one; raster: of one line."
        ),
    ] = Order.BLOCKS,
    clocks_per_pixel: Annotated[
        int,
        typer.Option(metavar="N", help="Of folded: 2 to 64.  [default: 4]", show_default=False),
    ] = 0,
    loadable: Annotated[
        bool,
        typer.Option(
            "--loadable",
            help="Of dsp: weights are loaded over AXI4-Lite and exchanged between frames.",
        ),
    ] = False,
    weights_of: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL",
            help="Of --loadable: also write the weights of this program, to be loaded into the same"
            " core; again for more.",
        ),
    ] = None,
) -> None:
    """Write a SystemVerilog core, with its test bench and scripts for synthesis."""
    _export(
        model,
        out,
        "rtl",
        datapath=datapath.value,
        pixels_per_clock=pixels_per_clock,
        target=target.value,
        max_width=max_width,
        output=output.value,
        clocks_per_pixel=clocks_per_pixel,
        loadable=loadable,
        weights_of=_programs(weights_of or []),
    )
    _next(f"make -C {_quoted(out)}")


@app.command("glsl")
def glsl(
    model: Model,
    out: Out,
    textures: Annotated[
        Textures,
        typer.Option(
            help="How the player keeps integers between passes. half: mpv's own choice; unorm:"
            " its --fbo-format=rgba16; float: its --fbo-format=rgba32f."
        ),
    ] = Textures.HALF,
    enlarge_from: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="FACTOR",
            help="Run where a video is shown at least so many times as large as it is; 0: always."
            "  [default: the square root of the scale]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a shader for mpv and libplacebo."""
    files = _export(model, out, "glsl", textures=textures.value, enlarge_from=enlarge_from)
    shader = next(file for file in files if file.suffix == ".glsl")
    _next(f"mpv --vo=gpu-next --glsl-shaders={_quoted(shader)} VIDEO")


@app.command("wasm")
def wasm(model: Model, out: Out) -> None:
    """Write WebAssembly, with an element for web pages that enlarges pictures."""
    _export(model, out, "wasm")
    _next(f"node {_quoted(out / 'check.mjs')}")


@app.command("vectors")
def vectors(
    model: Model,
    out: Out,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A picture of yours, in place of the usual ones."),
    ] = None,
) -> None:
    """Write pictures and every tensor between the ops, to check hardware against."""
    _export(model, out, "vectors", picture=picture)
    _next(f"cat {_quoted(out / 'README.md')}")


def _export(model: str, out: Path, name: str, **choices: Any) -> list[Path]:
    """Write the Program MODEL by the exporter ``name``, say what was written, return the files."""
    from srq.export import export, open_exporter
    from srq.program import load
    from srq.zoo import resolve

    program = load(resolve(model, "program"))
    export(program, open_exporter(name, **choices), out)
    files = sorted(file for file in out.rglob("*") if file.is_file())
    _say(f"{program.name or model} ({program.fingerprint[:12]}) as {name}, in {out}:")
    _say_sizes(files, out)
    return files


def _programs(models: list[str]) -> tuple["Program", ...]:
    from srq.program import load
    from srq.zoo import resolve

    return tuple(load(resolve(model, "program")) for model in models)


def _say_sizes(files: list[Path], out: Path) -> None:
    """A line for each file of the folder, and for each folder in it."""
    sizes: dict[str, list[int]] = {}
    for file in files:
        first, *deeper = file.relative_to(out).parts
        sizes.setdefault(f"{first}/" if deeper else first, []).append(file.stat().st_size)
    rows = [
        (name, f"{sum(held):,} bytes", f"in {len(held)} files" if name.endswith("/") else "")
        for name, held in sizes.items()
    ]
    _say("\n".join(aligned(rows, left=(0, 2))))


def _next(command: str) -> None:
    """Say which command to try with what was written."""
    _say(f"Next: {command}")


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _say(text: str) -> None:

    console().print(text, markup=False, soft_wrap=True)
