"""``srq data verify``: whether a run of srq data degrade is what its log says."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile

app = typer.Typer()


@app.command("verify")
def verify(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A folder of srq data degrade.")],
    sample: Annotated[
        int, typer.Option(min=0, metavar="N", help="Pictures whose LR are made again.")
    ] = 32,
    all_: Annotated[bool, typer.Option("--all", help="Make the LR of all pictures again.")] = False,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes.")] = 1,
    json: JsonFile = None,
) -> None:
    """Count and hash all files of RUN and of its sources, and make a sample of it again.

    Where libraries have other versions than the run's, pixels may differ by 1. The exit code is 1
    if anything is not as the log says.
    """
    from srq.cli.data.progress import progress_bar
    from srq.cli.output import console, write_json
    from srq.datasets.degrading.verify import verify as look

    screen = console(json)
    with progress_bar(screen, "Verifying", count="pictures") as progress:
        found = look(run, sample=None if all_ else sample, jobs=jobs, progress=progress)
    for sentence in found.differences:
        screen.print(sentence, soft_wrap=True, markup=False)
    if found.versions:
        screen.print(f"Other versions: {'; '.join(found.versions)}.", soft_wrap=True, markup=False)
    verdict = f"{len(found.differences)} differences" if found.differences else "no difference"
    screen.print(
        f"{found.sources} pictures, {found.lows} LR pictures, {found.files} files;"
        f" {found.again} made again: {verdict}.",
        soft_wrap=True,
    )
    write_json(asdict(found), json)
    if found.differences:
        raise typer.Exit(1)
