"""``srq data``: make, fetch and look after the pictures that networks are trained on.

Each command is a file here with a module-level ``app = typer.Typer()`` and one ``@app.command``,
and a line in ``_COMMANDS``; heavy imports stand inside the command.
"""

import typer

from srq.cli.data import (
    curate,
    degrade,
    download,
    fit_noise,
    log,
    recipe,
    report,
    train_noise,
    verify,
)

_COMMANDS = (
    curate,
    degrade,
    download,
    fit_noise,
    log,
    recipe,
    report,
    train_noise,
    verify,
)

app = typer.Typer(name="data", help="Make and fetch training pictures.")
for command in _COMMANDS:
    app.add_typer(command.app)
