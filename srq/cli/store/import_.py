"""``srq store import``: a folder of pictures into a library."""

from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile, Quiet
from srq.cli.store.place import DEFAULT, AccountName, BlobsUrl, DatabaseUrl, LibraryFolder

app = typer.Typer()


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Pictures to take in.")],
    library: LibraryFolder = DEFAULT,
    account: AccountName = "local",
    album: Annotated[
        str | None,
        typer.Option(
            "--album", metavar="NAME", help="Put them into this album.", show_default=False
        ),
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(
            "--mode",
            "-m",
            help="What is to hold, as in srq store plan; by default the album's or account's mode.",
            show_default=False,
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Take what lies below FOLDER as well.")
    ] = False,
    database: DatabaseUrl = None,
    blobs: BlobsUrl = None,
    json: JsonFile = None,
    quiet: Quiet = False,
) -> None:
    """Take the pictures of FOLDER into a library. FOLDER is only read.

    Each picture is safe in the library when its line is printed, and stored in fewer bytes by
    srq store worker later. A picture that the account has is passed over.
    """
    from srq.cli.output import console, write_json
    from srq.cli.store.place import place_of
    from srq.store.library.accounts import account_named
    from srq.store.library.albums import album_named
    from srq.store.library.library import open_library
    from srq.store.library.transfer import import_pictures
    from srq.store.modes import mode_named
    from srq.store.plan import pictures_of

    screen = console(json)
    if mode is not None:
        mode_named(mode)
    paths = pictures_of(folder, recursive=recursive)
    with open_library(place_of(library, database, blobs)) as opened:
        with opened.database.writing() as session:
            account_id = account_named(session, account, make=True).id
            album_id = None if album is None else album_named(session, account_id, album).id
        counts = {"imported": 0, "had": 0, "failed": 0}
        moved = import_pictures(opened, account_id, paths, album_id=album_id, mode=mode)
        for number, one in enumerate(moved, 1):
            what = "failed" if one.sentence else "had" if one.was_there else "imported"
            counts[what] += 1
            if one.sentence:
                typer.echo(one.sentence, err=True)
            elif not quiet:
                told = "was there" if one.was_there else "taken in"
                screen.print(
                    f"[{number}/{len(paths)}] {one.name}: {told}", markup=False, soft_wrap=True
                )
        if not quiet:
            screen.print(
                f"{counts['imported']} taken in, {counts['had']} were there,"
                f" {counts['failed']} failed.",
                markup=False,
            )
        write_json(counts, json)
        if counts["failed"]:
            raise typer.Exit(2)
