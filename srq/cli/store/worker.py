"""``srq store worker``: stores what was taken in, in the fewest bytes."""

from typing import Annotated

import typer

from srq.cli.output import Quiet
from srq.cli.store.keeping import (
    CACHE_MB,
    GRACE_DAYS,
    MEMORY_MB,
    SECONDS,
    TRASH_DAYS,
    CacheMb,
    GraceDays,
    MemoryMb,
    Seconds,
    TrashDays,
    settings_of,
)
from srq.cli.store.place import DEFAULT, BlobsUrl, DatabaseUrl, LibraryFolder

app = typer.Typer()


@app.command("worker")
def worker(
    library: LibraryFolder = DEFAULT,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Pictures worked on at a time.")
    ] = 1,
    drain: Annotated[bool, typer.Option("--drain", help="End when nothing is left to do.")] = False,
    grace_days: GraceDays = GRACE_DAYS,
    trash_days: TrashDays = TRASH_DAYS,
    cache_mb: CacheMb = CACHE_MB,
    memory_mb: MemoryMb = MEMORY_MB,
    seconds: Seconds = SECONDS,
    database: DatabaseUrl = None,
    blobs: BlobsUrl = None,
    quiet: Quiet = False,
) -> None:
    """Store the pictures of a library in the fewest bytes that hold their modes, as they come.

    Any number of workers may run, on any number of machines with Postgres and S3. One that is
    killed loses nothing: another takes its pictures up. Ctrl-C and SIGTERM give them back at once.
    """
    import signal

    from srq.cli.output import console
    from srq.cli.store.place import place_of
    from srq.store.library.library import open_library
    from srq.store.library.worker import Worker

    screen = console()
    settings = settings_of(
        grace_days=grace_days,
        trash_days=trash_days,
        cache_mb=cache_mb,
        memory_mb=memory_mb,
        seconds=seconds,
    )

    def told(line: str) -> None:
        if not quiet:
            screen.print(line, markup=False, soft_wrap=True)

    with open_library(place_of(library, database, blobs), settings) as opened:
        working = Worker(opened, workers, told)
        stops = signal.SIGINT, signal.SIGTERM
        before = [signal.signal(number, lambda *_: working.stop()) for number in stops]
        try:
            working.run(drain=drain)
        finally:
            for number, handler in zip(stops, before, strict=True):
                signal.signal(number, handler)
