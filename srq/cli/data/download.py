"""``srq data download``: a public picture set, checked and unpacked."""

from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile

app = typer.Typer()


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
    from srq.cli.data.progress import progress_bar
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
    with progress_bar(screen, name) as progress:
        folder = download_set(name, item, into, patience=patience, progress=progress)
    screen.print(f"{name} is in {folder}", soft_wrap=True)
    write_json({"set": name, "folder": str(folder), "sha256": item.sha256}, json)
