"""``srq store reoptimise``: the search for the fewest bytes again."""

from typing import Annotated

import typer

from srq.cli.output import JsonFile, Quiet
from srq.cli.store.keeping import GRACE_DAYS, GraceDays, settings_of
from srq.cli.store.place import DEFAULT, BlobsUrl, DatabaseUrl, LibraryFolder

app = typer.Typer()


@app.command("reoptimise")
def reoptimise(
    library: LibraryFolder = DEFAULT,
    account: Annotated[
        str | None,
        typer.Option(
            "--account", "-a", metavar="NAME", help="Only this account.", show_default=False
        ),
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option("--mode", "-m", help="Another mode from now on.", show_default=False),
    ] = None,
    grace_days: GraceDays = GRACE_DAYS,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Pictures searched at a time.")
    ] = 1,
    shard: Annotated[
        str | None,
        typer.Option(
            "--shard", metavar="I/N", help="Only this share of the pictures.", show_default=False
        ),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray",
            metavar="ADDRESS",
            help="Over a Ray cluster: auto, HOST:PORT or local.",
            show_default=False,
        ),
    ] = None,
    database: DatabaseUrl = None,
    blobs: BlobsUrl = None,
    json: JsonFile = None,
    quiet: Quiet = False,
) -> None:
    """Search again for the fewest bytes of pictures whose file can still be had.

    That is so while the original is there, and of what is kept byte for byte always.
    """
    from srq.cli.output import console, write_json
    from srq.cli.store.place import place_of
    from srq.parallel.shards import Shard
    from srq.store.library.accounts import account_named
    from srq.store.library.library import open_library
    from srq.store.library.reoptimise import ids_to_do
    from srq.store.library.reoptimise import reoptimise as again
    from srq.store.modes import mode_named
    from srq.store.report import size

    screen = console(json)
    if mode is not None:
        mode_named(mode)
    share = None if shard is None else Shard.parse(shard)
    settings = settings_of(grace_days=grace_days)
    with open_library(place_of(library, database, blobs), settings) as opened:
        account_id = None
        if account is not None:
            with opened.database.reading() as session:
                account_id = account_named(session, account).id
        ids = ids_to_do(opened, account_id, share)
        counts = {"done": 0, "failed": 0}
        moved = again(opened, ids, mode=mode, workers=workers, ray=ray)
        for number, one in enumerate(moved, 1):
            counts["failed" if one.sentence else "done"] += 1
            if one.sentence:
                typer.echo(one.sentence, err=True)
            elif not quiet:
                screen.print(
                    f"[{number}/{len(ids)}] {one.name}: {size(one.before)} -> {size(one.after)}",
                    markup=False,
                    soft_wrap=True,
                )
        if not quiet:
            screen.print(f"{counts['done']} done, {counts['failed']} failed.", markup=False)
        write_json(counts, json)
        if counts["failed"]:
            raise typer.Exit(2)
