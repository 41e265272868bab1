"""``srq store account``: make an account, or give one a new password."""

from typing import Annotated

import typer

from srq.cli.store.place import DEFAULT, BlobsUrl, DatabaseUrl, LibraryFolder

app = typer.Typer()


@app.command("account")
def account(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name.")],
    library: LibraryFolder = DEFAULT,
    admin: Annotated[
        bool, typer.Option("--admin", help="It runs the store, as the first account does.")
    ] = False,
    database: DatabaseUrl = None,
    blobs: BlobsUrl = None,
) -> None:
    """Make the account NAME, or give it a new password where it is there.

    The password is read from the terminal, or a line of standard input. An account's sessions end.
    """
    import sys

    from srq.cli.store.place import place_of
    from srq.errors import ConfigError
    from srq.store.library.library import open_library
    from srq.store.web.people import set_account

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise ConfigError("A password is wanted, on the terminal or as a line of standard input.")
    with open_library(place_of(library, database, blobs)) as opened:
        made = set_account(opened.database, name, password, admin=admin)
    typer.echo(f"{name} was made." if made else f"{name} has a new password.")
