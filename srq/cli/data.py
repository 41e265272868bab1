"""``srq data``: make, fetch and look after the pictures that networks are trained on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srq.cli.output import JsonFile

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(name="data", help="Make and fetch training pictures.")


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
    from srq.cli.output import console, write_json
    from srq.datasets.lr_folder import degrade_folder
    from srq.degrade import Recipe

    screen = console(json)
    loaded = Recipe.load(recipe)
    with _progress(screen, "Degrading", count="pictures") as progress:
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


@app.command("download")
def download(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="The set; without it, the sets are listed.", show_default=False
        ),
    ] = None,
    into: Annotated[
        Path, typer.Option(metavar="DIR", help="The set becomes a folder in this one.")
    ] = Path("data"),
    catalogue: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A TOML catalogue of your own: a table a set, with url, size and sha256.",
            show_default=False,
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, help="Seconds of silence before a connection is cut.")
    ] = 30.0,
    retries: Annotated[int, typer.Option(min=0, help="Further tries before giving up.")] = 5,
    json: JsonFile = None,
) -> None:
    """Fetch a public picture set, checked against its SHA-256 and unpacked.

    A download that was cut goes on where it stopped when the same command is given again.
    """
    from srq.cli.output import console, write_json
    from srq.datasets.catalogue import find_item, load_catalogue
    from srq.datasets.download import Patience, download_set

    screen = console(json)
    sets = load_catalogue(catalogue)
    if name is None:
        for known, entry in sets.items():
            screen.print(f"{known}  {entry.size / 1e6:,.0f} MB  {entry.about}", soft_wrap=True)
            if entry.terms:
                screen.print(f"  terms of use: {entry.terms}", soft_wrap=True)
        write_json({known: vars(entry) for known, entry in sets.items()}, json)
        return
    item = find_item(sets, name)
    patience = Patience(timeout=timeout, retries=retries)
    with _progress(screen, name) as progress:
        folder = download_set(name, item, into, patience=patience, progress=progress)
    screen.print(f"{name} is in {folder}", soft_wrap=True)
    write_json({"set": name, "folder": str(folder), "sha256": item.sha256}, json)


@contextmanager
def _progress(
    screen: "Console", title: str, count: str | None = None
) -> Iterator[Callable[[int, int], None]]:
    """A bar on the screen, moved by the callback it yields; it counts bytes, or ``count``."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    if count is None:
        units = (DownloadColumn(), TransferSpeedColumn())
    else:
        units = (MofNCompleteColumn(), TextColumn(count))
    columns = (TextColumn("{task.description}"), BarColumn(), *units, TimeRemainingColumn())
    off = not screen.is_terminal
    with Progress(*columns, console=screen, transient=True, disable=off) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
