"""``srq store fsck``: whether a library has all that it should."""

from typing import Annotated

import typer

from srq.cli.output import JsonFile
from srq.cli.store.place import DEFAULT, BlobsUrl, DatabaseUrl, LibraryFolder

app = typer.Typer()


@app.command("fsck")
def fsck(
    library: LibraryFolder = DEFAULT,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every file, and restore every picture.")
    ] = False,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Mend what can be without losing anything."),
    ] = False,
    orphan_hours: Annotated[
        float,
        typer.Option(
            "--orphan-hours", min=0, help="Files without a row are told of once they are so old."
        ),
    ] = 24,
    database: DatabaseUrl = None,
    blobs: BlobsUrl = None,
    json: JsonFile = None,
) -> None:
    """Check that every picture, file and count of a library is as it should be.

    It may run beside a server. Ends with 1 if there are findings that it did not mend.
    """
    from dataclasses import asdict

    from srq.cli.output import console, write_json
    from srq.cli.store.place import place_of
    from srq.store.library.fsck import check
    from srq.store.library.library import open_library
    from srq.store.report import size

    screen = console(json)
    with open_library(place_of(library, database, blobs)) as opened:
        found = check(opened, deep=deep, repair=repair, orphan_age=int(orphan_hours * 3600))
    for line in found.lost + found.wrong:
        screen.print(line, markup=False, soft_wrap=True)
    mended = ", mended" if repair and found.wrong else ""
    screen.print(
        f"{found.pictures} pictures, {found.blobs} files of {size(found.bytes)}: {len(found.lost)}"
        f" lost, {len(found.wrong)} wrong{mended}.",
        markup=False,
        soft_wrap=True,
    )
    write_json(asdict(found), json)
    if found.lost or (found.wrong and not repair):
        raise typer.Exit(1)
