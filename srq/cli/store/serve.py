"""``srq store serve``: the image store as a web server."""

from typing import Annotated

import typer

from srq.cli.store.keeping import (
    CACHE_MB,
    GRACE_DAYS,
    TRASH_DAYS,
    CacheMb,
    GraceDays,
    TrashDays,
    settings_of,
)
from srq.cli.store.place import DEFAULT, BlobsUrl, DatabaseUrl, LibraryFolder

app = typer.Typer()


@app.command("serve")
def serve(
    library: LibraryFolder = DEFAULT,
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; 0.0.0.0 is the whole network.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")
    ] = 8000,
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="URL",
            help="The address that people use, where a proxy stands before the server. With https"
            " cookies are bound to it.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", min=0, help="Pictures judged at a time; 0 leaves that to srq store worker."
        ),
    ] = 1,
    open_sign_up: Annotated[
        bool, typer.Option("--open-sign-up", help="Let strangers make accounts.")
    ] = False,
    upload_mb: Annotated[
        int, typer.Option("--upload-mb", min=1, help="The most megabytes of a picture's file.")
    ] = 200,
    quota_gb: Annotated[
        float | None,
        typer.Option(
            "--quota-gb", min=0, help="The most gigabytes of a new account.", show_default=False
        ),
    ] = None,
    behind_proxy: Annotated[
        bool,
        typer.Option(
            "--behind-proxy",
            help="Take who asks from the last address of X-Forwarded-For, which a proxy sets.",
        ),
    ] = False,
    grace_days: GraceDays = GRACE_DAYS,
    trash_days: TrashDays = TRASH_DAYS,
    cache_mb: CacheMb = CACHE_MB,
    database: DatabaseUrl = None,
    blobs: BlobsUrl = None,
) -> None:
    """Serve a library to browsers and programs, with a worker beside it, until Ctrl-C or SIGTERM.

    It prints the address to open. Of a library without accounts the address has the code with which
    the first account is made.
    """
    import secrets

    from srq.cli.store.place import place_of
    from srq.store.library.library import open_library
    from srq.store.web.serve import serve as run
    from srq.store.web.serve import worker_command
    from srq.store.web.settings import MB, Settings

    settings = Settings(
        host=host, port=port, url=url, open_sign_up=open_sign_up, upload_bytes=upload_mb * MB,
        quota_bytes=None if quota_gb is None else int(quota_gb * 1000 * MB),
        trusted_proxy=behind_proxy, setup_code=secrets.token_urlsafe(12),
    )  # fmt: skip
    kept = settings_of(grace_days=grace_days, trash_days=trash_days, cache_mb=cache_mb)
    with open_library(place_of(library, database, blobs), kept) as opened:
        command = None
        if workers:
            options = ["--library", str(library), "--workers", str(workers)]
            options += ["--grace-days", str(grace_days), "--trash-days", str(trash_days)]
            options += ["--cache-mb", str(cache_mb)]
            command = worker_command(*options)
        environment = {"SRQ_STORE_DATABASE": database, "SRQ_STORE_BLOBS": blobs}
        run(
            opened,
            settings,
            command,
            lambda line: typer.echo(f"Open {line}"),
            {name: value for name, value in environment.items() if value},
        )
