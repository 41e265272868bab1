"""``srq upscale``: pictures and folders of pictures made larger."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srq.cli.output import JsonFile

if TYPE_CHECKING:
    from srq.engines import Engine
    from srq.upscaling.batch import Existing, Result

app = typer.Typer()


@app.command("upscale")
def upscale(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="A picture, or a folder of pictures.")
    ],
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[OUT]",
            help="The picture or folder to write; its suffix chooses the format."
            " Without it: photo-x2.png beside photo.jpg, and photos-x2 beside photos.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(metavar="MODEL", help="A .srq file, or a name of the zoo.")
    ] = "kim-x2",
    engine: Annotated[
        str, typer.Option(help="What runs the model: auto, reference ... All give the same bits.")
    ] = "auto",
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Take the folders below IN as well.")
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Leave results that exist as they are.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write results anew that exist.")] = False,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Pictures to work on at once.")] = 1,
    quality: Annotated[
        int, typer.Option(min=1, max=100, metavar="Q", help="Of JPEG and WebP.")
    ] = 95,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="SUFFIX",
            help="The format to write, such as png, where OUT does not name a file.",
            show_default=False,
        ),
    ] = None,
    json: JsonFile = None,
) -> None:
    """Make a picture, or every picture of a folder, larger.

    A picture keeps its depth, gray or colour, alpha, colour profile and EXIF. In a folder, one
    that cannot be read is reported and the others go on; the exit code is then 2.
    """
    from rich.console import Console

    from srq import load
    from srq.cli.output import console, write_json
    from srq.cli.upscale_progress import display
    from srq.upscaling.batch import State, upscale_files
    from srq.upscaling.plan import plan

    existing = _existing(skip_existing, force)
    opened = load(model, engine)
    suffix = None if format_ is None else f".{format_.removeprefix('.')}"
    planned = plan(source, target, scale=opened.scale, recursive=recursive, suffix=suffix)
    screen = console(json)
    started = time.perf_counter()
    with display(planned, screen, Console(stderr=True, highlight=False)) as watcher:
        results = upscale_files(
            planned, opened, workers=jobs, existing=existing, quality=quality, watcher=watcher
        )
    summary = _summary(opened, model, results, time.perf_counter() - started)
    if len(planned) > 1:
        screen.print(_sentence(summary), markup=False, soft_wrap=True)
    write_json(summary, json)
    if any(result.state is State.FAILED for result in results):
        raise typer.Exit(2)


def _existing(skip: bool, force: bool) -> "Existing":
    from srq.errors import ConfigError
    from srq.upscaling.batch import Existing

    if skip and force:
        raise ConfigError("--skip-existing and --force exclude each other; leave one out.")
    return Existing.SKIP if skip else Existing.REPLACE if force else Existing.REFUSE


def _summary(
    engine: "Engine", model: str, results: list["Result"], seconds: float
) -> dict[str, Any]:
    from srq.upscaling.batch import State

    counts = {state.value: sum(result.state is state for result in results) for state in State}
    pixels = sum(result.size[0] * result.size[1] for result in results if result.size)
    return {
        "model": model,
        "fingerprint": engine.program.fingerprint,
        "engine": engine.name,
        "scale": engine.scale,
        "seconds": seconds,
        "megapixels": pixels / 1e6,
        **counts,
        "pictures": [_entry(result) for result in results],
    }


def _entry(result: "Result") -> dict[str, Any]:
    entry: dict[str, Any] = {
        "source": str(result.job.source),
        "target": str(result.job.target),
        "state": result.state.value,
    }
    if result.size is not None:
        entry |= {"height": result.size[0], "width": result.size[1], "seconds": result.seconds}
    if result.sentence is not None:
        entry["sentence"] = result.sentence
    return entry


def _sentence(summary: dict[str, Any]) -> str:
    counts = ", ".join(f"{summary[state]} {state}" for state in ("done", "skipped", "failed"))
    speed = summary["megapixels"] / max(summary["seconds"], 1e-9)
    return f"{counts}; {summary['seconds']:.1f} s, {speed:.2f} megapixels/s written."
