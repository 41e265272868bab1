"""``srq quantize``: a float checkpoint becomes a Program of integers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from srq.cli.output import JsonFile, Quiet, aligned, console, settings_option, write_json

if TYPE_CHECKING:
    from srq.program import Program
    from srq.quant import Quantized
    from srq.quant.evaluation import Pictures
    from srq.quant.sweep import Widths
    from srq.runs.progress import Watcher

app = typer.Typer()


@app.command("quantize")
def quantize(
    checkpoint: Annotated[
        str,
        typer.Argument(
            metavar="CHECKPOINT",
            help="A float checkpoint, a training's run folder, or a name of the zoo.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="The .srq file to write.  [default: CHECKPOINT.srq]",
            show_default=False,
        ),
    ] = None,
    weights: Annotated[int, typer.Option(help="Bits of a weight, 2 to 16.")] = 10,
    activations: Annotated[int, typer.Option(help="Bits of an activation, 4 to 16.")] = 14,
    per_channel: Annotated[
        bool,
        typer.Option("--per-channel", help="A binary point for each output channel's weights."),
    ] = False,
    search: Annotated[
        bool,
        typer.Option(
            "--search", help="Search the binary points that lose least PSNR (a minute or two)."
        ),
    ] = False,
    adders: Annotated[
        str | None,
        typer.Option(
            "--adders",
            metavar="PRICE|auto",
            help="Cut digits of weights, for hardware that adds instead of multiplying: a digit's"
            " worth in dB (1e-5), or 'auto' for the highest that --adders-loss allows.",
            show_default=False,
        ),
    ] = None,
    adders_loss: Annotated[
        float,
        typer.Option(metavar="DB", min=0, help="How many dB 'auto' may lose on training pictures."),
    ] = 0.005,
    narrow: Annotated[
        float | None,
        typer.Option(
            "--narrow",
            metavar="DB",
            min=0,
            help="Narrow activations while at most so many dB are lost on training pictures, those"
            " first that take the most line memory and adders.",
            show_default=False,
        ),
    ] = None,
    qat: Annotated[
        str | None,
        typer.Option(
            "--qat",
            metavar="CONFIG",
            help="Train on with rounding in the loop: a TOML file, or 'qat', which ships.",
            show_default=False,
        ),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        settings_option("Change a setting of --qat, e.g. steps=500."),
    ] = None,
    calibration: Annotated[
        list[str] | None,
        typer.Option(
            "--calibration",
            metavar="SET",
            help="Training pictures to choose formats on. Repeat for more.  [default: those of"
            " the checkpoint's training]",
            show_default=False,
        ),
    ] = None,
    validate: Annotated[
        list[str] | None,
        typer.Option(
            "--validate",
            metavar="SET",
            help="Pictures to report PSNR on: a test set or a folder. Repeat for more."
            "  [default: those of the checkpoint's training]",
            show_default=False,
        ),
    ] = None,
    sweep: Annotated[
        str | None,
        typer.Option(
            "--sweep",
            metavar="4-12x6-16",
            help="Also measure these widths of weights x activations without training: a table"
            " and a plot of PSNR against bits beside FILE.",
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
    json: JsonFile = None,
) -> None:
    """Quantize a float checkpoint: choose formats, write the .srq and a report beside it.

    The report, FILE.json, has every tensor's format, saturation and noise, and the PSNR of the
    float network and of the integers. FILE-twin.safetensors is the network that the integers
    came from: evaluated in float64 it equals them exactly.
    """
    from srq.errors import ConfigError
    from srq.lower import lower
    from srq.models.capture import capture
    from srq.program import SUFFIX, save
    from srq.provenance import cores
    from srq.quant import quantize as quantized
    from srq.quant.evaluation import Pictures
    from srq.quant.sweep import parse_widths
    from srq.quant.training_data import training_data
    from srq.quant.twin_file import save_twin
    from srq.runs.progress import Display, Watcher
    from srq.train.weights import find_weights
    from srq.zoo import resolve

    screen = console(json)
    watcher = Watcher() if quiet else Display(screen)
    if assignments and qat is None:
        raise ConfigError("--set changes a setting of a fine-tuning; name one with --qat.")
    widths = parse_widths(sweep) if sweep else []
    source = resolve(checkpoint, "float")
    path = out or Path(f"{source.resolve().stem}{SUFFIX}")
    found = find_weights(source)
    network = found.network()
    capture(network)  # what cannot become integers is told before any picture is read
    data = training_data(found.notes)
    pictures = Pictures(validate or data.validate, scale=network.scale, recipe=data.validate_recipe)
    result = quantized(
        source,
        weights=weights,
        activations=activations,
        per_channel=per_channel,
        search=search,
        adders=_price(adders),
        adders_loss=adders_loss,
        narrow_loss=narrow,
        calibration=calibration,
        qat=qat,
        settings=assignments or [],
        folder=path.with_name(f"{path.stem}-qat"),
        measure=pictures.psnr_of,
        watcher=watcher,
        workers=cores(),
    )
    program = lower(result.twin, name=path.stem, provenance=result.provenance)
    save(program, path)
    about = {"program": program.fingerprint, "method": list(result.method)}
    save_twin(path.with_name(f"{path.stem}-twin.safetensors"), result.twin, about)
    report = {
        "program": {"file": path.name, "fingerprint": program.fingerprint},
        **result.report(),
        "psnr": _psnr(result, program, pictures),
    }
    write_json(report, path.with_suffix(".json"))
    write_json(report, json)
    if not quiet:
        screen.print("\n".join(_lines(report)), markup=False, soft_wrap=True)
        screen.print(f"{path} {program.fingerprint[:12]}", markup=False, soft_wrap=True)
    if widths:
        _sweep(result, widths, pictures, path, watcher, search=search, per_channel=per_channel)


def _price(text: str | None) -> float | Literal["auto"] | None:
    """The value of ``--adders``."""
    from srq.errors import ConfigError

    if text is None or text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise ConfigError(
            f"--adders takes a digit's price in dB, such as 1e-5, or auto, not '{text}'."
        ) from None


def _psnr(
    result: "Quantized", program: "Program", pictures: "Pictures"
) -> dict[str, dict[str, float]]:
    """The scores of the float network and of the integers, which are the Program's own."""
    from srq.engines import open_engine

    crops = result.calibration
    return {
        "float": {
            "calibration": crops.psnr(result.network),
            **pictures.psnr_of(result.network),
        },
        "integers": {
            "calibration": crops.psnr(result.twin),
            **pictures.psnr(open_engine(program)),
        },
    }


def _lines(report: dict[str, Any]) -> list[str]:
    rows = [("tensor", "format", "saturated", "SQNR")]
    rows += [
        (t["name"], t["format"], f"{100 * t['saturation']:.3f}%", f"{t['sqnr']:.1f} dB")
        for t in report["tensors"]
    ]
    scores = [("PSNR", "float", "integers", "lost")]
    for group, score in report["psnr"]["float"].items():
        made = report["psnr"]["integers"][group]
        scores.append((group, f"{score:.3f}", f"{made:.3f}", f"{score - made:.3f}"))
    return [*aligned(rows, left=(0, 1)), "", *aligned(scores, left=(0,))]


def _sweep(
    result: "Quantized",
    widths: "list[Widths]",
    pictures: "Pictures",
    path: Path,
    watcher: "Watcher",
    *,
    search: bool,
    per_channel: bool,
) -> None:
    """PSNR at every width, as JSON, a table and a plot beside the .srq."""
    from srq.files import write_text
    from srq.quant.figure import draw_sweep
    from srq.quant.sweep import measured, psnr_table, sweep

    scores = {}
    for width, twin in sweep(
        result.network, widths, result.calibration, search=search, per_channel=per_channel
    ):
        scores[width] = measured(twin, pictures)
        found = ", ".join(f"{group} {db:.3f} dB" for group, db in scores[width].items())
        watcher.say(f"{width}: {found}")
    floats = pictures.psnr_of(result.network)
    cells = [
        {"weights": width.weights, "activations": width.activations, "psnr": score}
        for width, score in scores.items()
    ]
    stem = path.with_suffix("")
    write_json({"float": floats, "cells": cells}, Path(f"{stem}-sweep.json"))
    group = next(iter(floats))
    table = psnr_table(lambda width: scores[width][group], widths)
    write_text(f"{stem}-sweep.md", f"PSNR on {group}; {floats[group]:.2f} in float.\n\n{table}")
    curves = {"without training": {width: score[group] for width, score in scores.items()}}
    draw_sweep(curves, Path(f"{stem}-sweep.png"), reference=floats[group], title=group)
    watcher.say(f"{stem}-sweep.md, .png and .json are written.")
