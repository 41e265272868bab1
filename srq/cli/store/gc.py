"""``srq store gc``: let go of what is over."""

import typer

from srq.cli.output import JsonFile
from srq.cli.store.keeping import (
    CACHE_MB,
    TRASH_DAYS,
    UNUSED_HOURS,
    CacheMb,
    TrashDays,
    UnusedHours,
    settings_of,
)
from srq.cli.store.place import DEFAULT, BlobsUrl, DatabaseUrl, LibraryFolder

app = typer.Typer()


@app.command("gc")
def gc(
    library: LibraryFolder = DEFAULT,
    trash_days: TrashDays = TRASH_DAYS,
    unused_hours: UnusedHours = UNUSED_HOURS,
    cache_mb: CacheMb = CACHE_MB,
    database: DatabaseUrl = None,
    blobs: BlobsUrl = None,
    json: JsonFile = None,
) -> None:
    """Let go of originals whose grace is over, of the trash, of uploads that expired, of restored
    files beyond the cache, and of files that nothing names.

    srq store worker does this by itself, once a minute. It may be killed at any time.
    """
    from dataclasses import asdict

    from srq.cli.output import console, write_json
    from srq.cli.store.place import place_of
    from srq.store.library.gc import collect
    from srq.store.library.library import open_library
    from srq.store.report import size

    settings = settings_of(trash_days=trash_days, cache_mb=cache_mb, unused_hours=unused_hours)
    with open_library(place_of(library, database, blobs), settings) as opened:
        done = collect(opened)
    console(json).print(
        f"{done.originals} originals let go, {done.pictures} pictures of the trash deleted,"
        f" {done.uploads} uploads ended, {done.restored} restored files dropped,"
        f" {done.orphans} files without rows found; {done.blobs} files of {size(done.bytes)}"
        " removed.",
        markup=False,
        soft_wrap=True,
    )
    if done.damaged:
        typer.echo(
            f"{done.damaged} stored files were damaged: their originals stay, and they are stored"
            " anew.",
            err=True,
        )
    write_json(asdict(done), json)
