"""``srq data log``: how LR pictures were made, in the form of the seeds' tools."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command("log")
def log(
    manifest: Annotated[
        Path, typer.Argument(metavar="MANIFEST", help="A manifest of srq data degrade.")
    ],
) -> None:
    """Print a line for each LR picture, such as "1.png - scale: nearest size factor=0.5".

    Numbers are rounded, so that no LR can be made again from it; the manifest has them whole.
    """
    from srq.datasets.manifest import read_manifest
    from srq.degrade.text_log import HEAD, text_line

    typer.echo(HEAD)
    for entry in read_manifest(manifest):
        for low in entry.lr:
            path = low.path.relative_to(manifest.parent) if low.member is None else low.member
            typer.echo(text_line(str(path), low.steps or (), scale=entry.scale))
