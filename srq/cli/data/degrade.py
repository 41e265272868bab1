"""``srq data degrade``: LR pictures from HR ones, by a recipe."""

from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile

app = typer.Typer()


@app.command("degrade")
def degrade(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="A folder of HR pictures, or one picture.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder for the LR pictures.")],
    recipe: Annotated[
        str, typer.Option(help="A recipe's name, or a recipe file ending in .toml.")
    ] = "paper",
    scale: Annotated[int, typer.Option(min=1, help="How many times smaller LR is.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws other values.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes; the bytes are the same.")] = 1,
    json: JsonFile = None,
) -> None:
    """Write a degraded LR picture for each picture in IN, and a manifest of the pairs.

    An interrupted run goes on where it stopped when the same command is given again.
    """
    from srq.cli.data.progress import progress_bar
    from srq.cli.output import console, write_json
    from srq.datasets.lr_folder import degrade_folder
    from srq.degrade import Recipe

    screen = console(json)
    loaded = Recipe.load(recipe)
    with progress_bar(screen, "Degrading", count="pictures") as progress:
        summary = degrade_folder(
            source,
            out,
            recipe=loaded,
            scale=scale,
            seed=seed,
            workers=workers,
            progress=progress,
        )
    kept = f", {summary.kept} were there already" if summary.kept else ""
    screen.print(f"{summary.written} pictures written{kept}: {summary.manifest}")
    write_json(
        {"written": summary.written, "kept": summary.kept, "manifest": str(summary.manifest)}, json
    )
