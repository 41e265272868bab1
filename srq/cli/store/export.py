"""``srq store export``: a library's pictures into a folder."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile, Quiet
from srq.cli.store.place import DEFAULT, AccountName, BlobsUrl, DatabaseUrl, LibraryFolder

app = typer.Typer()


class Form(StrEnum):
    """What is exported of a picture."""

    RESTORED = "restored"
    STORED = "stored"
    ORIGINAL = "original"
    X2 = "x2"


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go.")],
    library: LibraryFolder = DEFAULT,
    account: AccountName = "local",
    album: Annotated[
        str | None,
        typer.Option("--album", metavar="NAME", help="Only this album.", show_default=False),
    ] = None,
    form: Annotated[
        Form,
        typer.Option("--as", help="restored, as stored, the original while it is kept, or x2."),
    ] = Form.RESTORED,
    suffix: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="SUFFIX", help=".png, .webp or .jpg for all.", show_default=False
        ),
    ] = None,
    database: DatabaseUrl = None,
    blobs: BlobsUrl = None,
    json: JsonFile = None,
    quiet: Quiet = False,
) -> None:
    """Write an account's pictures into FOLDER, with pictures.jsonl, which says what each is.

    Restored, a picture that is kept byte for byte is the file that came, and another a PNG of the
    pixels that were measured. A file that is there is passed over.
    """
    from srq.cli.output import console, write_json
    from srq.cli.store.place import place_of
    from srq.store.library.accounts import account_named
    from srq.store.library.albums import album_of
    from srq.store.library.library import open_library
    from srq.store.library.transfer import export_pictures

    screen = console(json)
    with open_library(place_of(library, database, blobs)) as opened:
        with opened.database.reading() as session:
            account_id = account_named(session, account).id
            album_id = None if album is None else album_of(session, account_id, album).id
        counts = {"exported": 0, "there": 0, "failed": 0}
        moved = export_pictures(
            opened, account_id, folder, form.value, album_id=album_id, suffix=suffix
        )
        for one in moved:
            counts["failed" if one.sentence else "there" if one.was_there else "exported"] += 1
            if one.sentence:
                typer.echo(one.sentence, err=True)
            elif not quiet and not one.was_there:
                screen.print(str(folder / one.name), markup=False, soft_wrap=True)
        if not quiet:
            screen.print(
                f"{counts['exported']} exported, {counts['there']} were there,"
                f" {counts['failed']} failed.",
                markup=False,
            )
        write_json(counts, json)
        if counts["failed"]:
            raise typer.Exit(2)
