"""Options that commands over pictures have in common, each spelt once."""

from typing import Annotated

import typer

from srq.errors import ConfigError

Recursive = Annotated[bool, typer.Option("--recursive", help="Take the folders below IN as well.")]
SkipExisting = Annotated[
    bool, typer.Option("--skip-existing", help="Leave results that exist as they are.")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite results that exist.")]
OutputQuality = Annotated[
    int,
    typer.Option(
        min=1, max=100, metavar="Q", help="Of lossy pictures that are written: JPEG, WebP ..."
    ),
]
FormatSuffix = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="SUFFIX",
        help="The format of pictures to write, such as png, where OUT does not name a file.",
        show_default=False,
    ),
]


def check_existing(*, skip: bool, force: bool) -> None:
    """Raises ConfigError where both are asked for."""
    if skip and force:
        raise ConfigError("--skip-existing and --force exclude each other; leave one out.")
