"""``srq data report``: what a run of srq data degrade made."""

from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile

app = typer.Typer()


@app.command("report")
def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A folder of srq data degrade.")],
    json: JsonFile = None,
) -> None:
    """Write RUN/report.html and RUN/report.json: counts, histograms of what was drawn, rejects.

    A run that has not ended is reported as far as it is.
    """
    from srq.cli.output import console, write_json
    from srq.datasets.degrading.report import PAGE
    from srq.datasets.degrading.report import report as tell

    screen = console(json)
    found = tell(run)
    screen.print(
        f"{found['sources']} pictures, {len(found['rejected'])} rejected, {found['lows']} LR"
        f" pictures: {run / PAGE}",
        soft_wrap=True,
    )
    write_json(found, json)
