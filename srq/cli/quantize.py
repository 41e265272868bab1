"""``srq quantize``: a float checkpoint becomes a Program of integers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srq.cli.output import JsonFile, aligned

if TYPE_CHECKING:
    from srq.models import Network
    from srq.program import Program
    from srq.quant import Calibration, Twin
    from srq.quant.evaluation import Pictures
    from srq.quant.sweep import Widths
    from srq.runs.progress import Watcher
    from srq.train.config import TrainConfig

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
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change a setting of --qat, e.g. steps=500.",
            show_default=False,
        ),
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
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing on the way.")] = False,
    json: JsonFile = None,
) -> None:
    """Quantize a float checkpoint: choose formats, write the .srq and a report beside it.

    The report, FILE.json, has every tensor's format, saturation and noise, and the PSNR of the
    float network and of the integers. FILE-twin.safetensors is the network that the integers
    came from: evaluated in float64 it equals them exactly.
    """
    from srq.cli.output import console, write_json
    from srq.errors import ConfigError
    from srq.files import sha256_file
    from srq.lower import lower
    from srq.program import SUFFIX, save
    from srq.quant import Twin, calibration_set, fit
    from srq.quant.evaluation import Pictures
    from srq.quant.origin import load_config, read_origin
    from srq.quant.sweep import parse_widths
    from srq.quant.twin_file import save_twin
    from srq.runs.progress import Display, Watcher
    from srq.train.weights import find_weights
    from srq.zoo import resolve

    screen = console(json)
    said = Watcher() if quiet else Display(screen)
    source = resolve(checkpoint, "float")
    found, origin = find_weights(source), read_origin(source)
    network = found.network()
    trained = {"file": found.file.name, "sha256": sha256_file(found.file)}
    scale = network.scale
    if assignments and qat is None:
        raise ConfigError("--set changes a setting of a fine-tuning; name one with --qat.")
    config = load_config(qat, source, network, assignments or []) if qat else None
    widths = parse_widths(sweep) if sweep else []
    twin = Twin(network, weight_bits=weights, activation_bits=activations, per_channel=per_channel)
    path = out or Path(f"{source.resolve().stem}{SUFFIX}")

    said.say("Searching the formats." if search else "Choosing formats.")
    train = calibration or list(origin.train)
    crops = calibration_set(train, scale=scale, recipe=origin.recipe)
    pictures = Pictures(validate or origin.validate, scale=scale, recipe=origin.validate_recipe)
    fitted = fit(twin, crops, search=search)
    methods = ["channels equalized", "weights rounded together"]
    methods.append(f"formats {'searched' if search else 'settled'} ({fitted.measured} measured)")
    said.say(f"Lost on training pictures: {fitted.after:.3f} dB ({fitted.before:.3f} at first).")
    if config is not None:
        _finetune(twin, config, path, pictures, said)
        methods.append(f"{config.steps} steps of training with rounding")

    program = lower(
        twin,
        name=path.stem,
        provenance={
            "checkpoint": f"{trained['file']} {trained['sha256']}",
            "degradation": origin.recipe,
            "quantization": "; ".join(methods),
        },
    )
    save(program, path)
    about = {"program": program.fingerprint, "method": methods}
    save_twin(path.with_name(f"{path.stem}-twin.safetensors"), twin, about)
    report = {
        "program": {"file": path.name, "fingerprint": program.fingerprint},
        "checkpoint": trained,
        "bits": {"weights": weights, "activations": activations, "per_channel": per_channel},
        "method": methods,
        "calibration": {"pictures": train, "recipe": origin.recipe},
        **_measured(network, twin, program, crops, pictures),
    }
    write_json(report, path.with_suffix(".json"))
    write_json(report, json)
    if not quiet:
        screen.print("\n".join(_lines(report)), markup=False, soft_wrap=True)
        screen.print(f"{path} {program.fingerprint[:12]}", markup=False, soft_wrap=True)
    if widths:
        _sweep(network, widths, crops, pictures, path, said, search, per_channel)


def _finetune(
    twin: "Twin", config: "TrainConfig", path: Path, pictures: "Pictures", said: "Watcher"
) -> None:
    """Train on; the states stand in a folder beside the .srq, to go on from."""
    from srq.provenance import cores
    from srq.quant.finetune import finetune

    folder = path.with_name(f"{path.stem}-qat")
    finetune(twin, config, folder=folder, watcher=said, measure=pictures.psnr_of, workers=cores())


def _measured(
    network: "Network",
    twin: "Twin",
    program: "Program",
    crops: "Calibration",
    pictures: "Pictures",
) -> dict[str, Any]:
    """The tensors and scores of a report; the integers' score is that of the Program itself."""
    from dataclasses import asdict

    from srq.engines import open_engine
    from srq.quant.report import tensor_reports

    engine = open_engine(program)
    return {
        "tensors": [asdict(tensor) for tensor in tensor_reports(twin, crops)],
        "psnr": {
            "float": {"calibration": crops.psnr(network), **pictures.psnr_of(network)},
            "integers": {"calibration": crops.psnr(twin), **pictures.psnr(engine)},
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
    network: "Network",
    widths: "list[Widths]",
    crops: "Calibration",
    pictures: "Pictures",
    path: Path,
    said: "Watcher",
    search: bool,
    per_channel: bool,
) -> None:
    """PSNR at every width, as JSON, a table and a plot beside the .srq."""
    from srq.cli.output import write_json
    from srq.files import write_text
    from srq.quant.figure import draw_sweep
    from srq.quant.sweep import measured, psnr_table
    from srq.quant.sweep import sweep as swept

    scores = {}
    for width, twin in swept(network, widths, crops, search=search, per_channel=per_channel):
        scores[width] = measured(twin, pictures)
        said.say(f"{width}: " + ", ".join(f"{g} {db:.3f} dB" for g, db in scores[width].items()))
    floats = pictures.psnr_of(network)
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
    said.say(f"{stem}-sweep.md, .png and .json are written.")
