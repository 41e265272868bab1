"""The options that say where a library is, of every command that uses one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from srq.store.library.library import Place

LibraryFolder = Annotated[
    Path,
    typer.Option("--library", "-l", metavar="DIR", help="The library; made where there is none."),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="SRQ_STORE_DATABASE",
        help="Its database, if not SQLite in DIR: postgresql://USER:PASSWORD@HOST/NAME.",
        show_default=False,
        show_envvar=True,
    ),
]
BlobsUrl = Annotated[
    str | None,
    typer.Option(
        "--blobs",
        metavar="URL",
        envvar="SRQ_STORE_BLOBS",
        help="Its files, if not in DIR: s3://BUCKET/PREFIX?endpoint=URL&region=NAME.",
        show_default=False,
        show_envvar=True,
    ),
]
AccountName = Annotated[
    str, typer.Option("--account", "-a", metavar="NAME", help="Whose pictures they are.")
]
DEFAULT = Path("library")


def place_of(library: Path, database: str | None, blobs: str | None) -> "Place":
    """The place that the options name."""
    from srq.store.library.library import Place

    return Place(library, database or None, blobs or None)
