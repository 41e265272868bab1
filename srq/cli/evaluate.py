"""``srq evaluate``: measure models by the field's protocols."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srq.cli.output import JsonFile, aligned, console, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from srq.evaluate import Engine, Evaluation, Suite

app = typer.Typer()


@app.command("evaluate")
def evaluate(
    table1: Annotated[
        bool,
        typer.Option(
            "--table1",
            help="All four test sets, clean, with the figures that the paper and others"
            " published beside (this is also done, without those, if nothing is chosen).",
        ),
    ] = False,
    compressed: Annotated[
        bool,
        typer.Option(
            "--compressed",
            help="JPEG qualities 10, 20, ..., 90 on Set5, Set14 and B100 (or --set).",
        ),
    ] = False,
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="[LABEL=]MODEL",
            help="A name of the zoo, a .srq Program, a checkpoint or training run, or"
            " peers:NAME; float:NAME and program:NAME choose between the zoo's two forms."
            " Repeat for more. [default: the zoo's networks of the scale]",
            show_default=False,
        ),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            "-s",
            metavar="SET",
            help="A test set, a folder of HR pictures, or a manifest (.jsonl). Repeat for more.",
            show_default=False,
        ),
    ] = None,
    qualities: Annotated[
        list[int] | None,
        typer.Option(
            "--quality",
            metavar="Q",
            help="With --compressed: this JPEG quality. Repeat for more.",
            show_default=False,
        ),
    ] = None,
    scale: Annotated[
        int | None,
        typer.Option(help="The scale. [default: that of the models, or 2]", show_default=False),
    ] = None,
    engine: Annotated[str, typer.Option(help="What runs Programs.")] = "auto",
    device: Annotated[str, typer.Option(help="What runs float networks: cpu or cuda.")] = "cpu",
    json: JsonFile = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write every score as CSV to FILE."),
    ] = None,
    markdown: Annotated[
        Path | None,
        typer.Option("--markdown", metavar="FILE", help="Write the tables as markdown to FILE."),
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(
            "--figure", metavar="FILE", help="Draw a crop of one picture side by side to FILE."
        ),
    ] = None,
    picture: Annotated[
        str | None,
        typer.Option(
            metavar="PICTURE",
            help="The picture of --figure: SET/PICTURE, its name alone, or its file. [default:"
            " Set14/zebra, or else the first that is measured]",
            show_default=False,
        ),
    ] = None,
    crop: Annotated[
        str | None,
        typer.Option(
            metavar="LEFT,TOP,SIZE",
            help="The crop of --figure, in HR pixels. [default: where bicubic is worst]",
            show_default=False,
        ),
    ] = None,
    condition: Annotated[
        str | None,
        typer.Option(
            help="What LR of --figure went through, such as Q30. [default: the middle one]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Measure PSNR and SSIM of models on test sets, always beside bicubic."""
    from srq.errors import ConfigError
    from srq.evaluate.choose import choose
    from srq.evaluate.figure import Crop
    from srq.evaluate.figure import figure as draw_figure
    from srq.evaluate.suite import COMPRESSED_QUALITIES
    from srq.evaluate.tables import csv_text
    from srq.evaluate.tables import markdown as markdown_text
    from srq.files import write_text
    from srq.image.io import Picture, write

    if table1 and compressed:
        raise ConfigError("Choose --table1 or --compressed, one at a time.")
    if qualities and not compressed:
        raise ConfigError("--quality belongs to --compressed; add it.")
    square = Crop.parse(crop) if crop else None
    screen = console(json)
    engines, suite = choose(
        models or None,
        sets or None,
        scale=scale,
        qualities=(qualities or COMPRESSED_QUALITIES) if compressed else (),
        engine=engine,
        device=device,
    )
    if not engines:
        screen.print("The zoo has no network of this scale yet: bicubic alone is measured.")
    if figure:
        # Before the long part, so that a mistake in its options shows at once.
        pixels = draw_figure(engines, suite, picture, crop=square, condition=condition)
        write(figure, Picture(pixels))
    evaluation = _measured(engines, suite, screen)
    _show(evaluation, table1, screen)
    if csv:
        write_text(csv, csv_text(evaluation))
    if markdown:
        write_text(markdown, markdown_text(evaluation, published=table1))
    write_json(evaluation.to_json(), json)


def _measured(engines: "list[Engine]", suite: "Suite", screen: "Console") -> "Evaluation":
    """The evaluation, with a live line that tells the picture and the time left."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from srq.evaluate.measure import measure

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task("measuring", total=len(suite))
        return measure(
            engines,
            suite,
            on_case=lambda case, _: progress.update(
                task, advance=1, description=f"{case.source.set}/{case.source.name}"
            ),
        )


def _show(evaluation: "Evaluation", published: bool, screen: "Console") -> None:
    from srq.evaluate.tables import remark, tables

    for table in tables(evaluation, published=published):
        for line in aligned([table.head, *table.rows], left=(0,)):
            screen.print(line, markup=False, soft_wrap=True)
        screen.print()
    if said := remark(evaluation):
        screen.print(said, markup=False, soft_wrap=True)
