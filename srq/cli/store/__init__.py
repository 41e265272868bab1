"""``srq store``: keep pictures in fewer bytes, and know what was lost.

Each command is a file here with a module-level ``app = typer.Typer()`` and one ``@app.command``,
and a line in ``_COMMANDS``; heavy imports stand inside the command.
"""

import typer

from srq.cli.store import (
    account,
    export,
    fsck,
    gc,
    import_,
    plan,
    reoptimise,
    serve,
    worker,
)

_COMMANDS = (serve, account, plan, import_, worker, export, reoptimise, gc, fsck)

app = typer.Typer(name="store", help="Keep pictures in fewer bytes, and know what was lost.")


@app.callback()
def store() -> None:
    """Keep pictures in fewer bytes, and know what was lost."""


for command in _COMMANDS:
    app.add_typer(command.app)
