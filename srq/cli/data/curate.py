"""``srq data curate``: the best of many pictures, cut to tiles."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srq.cli.output import JsonFile

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer()


@app.command("curate")
def curate(
    recipe: Annotated[
        str, typer.Argument(help="A curation recipe's name, or a recipe file ending in .toml.")
    ],
    source: Annotated[
        Path, typer.Option("--in", metavar="DIR", help="The folder of pictures, with all below it.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder for what is kept.")],
    scorer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=WHAT",
            help="What the recipe's scorer NAME is: an ONNX file, or another scorer's name. "
            "May be repeated.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes; the bytes are the same.")] = 1,
    json: JsonFile = None,
) -> None:
    """Keep the best pictures of a folder, cut to tiles and ready to train on.

    A recipe says what is scored, cut and written. The report in OUT shows what was cut and why.
    An interrupted run goes on where it stopped when the same command is given again.
    """
    from srq.cli.output import console, write_json
    from srq.datasets.curate.recipe import CurationRecipe
    from srq.datasets.curate.run import curate as carry_out
    from srq.errors import ConfigError

    screen = console(json)
    loaded = CurationRecipe.load(recipe)
    for given in scorer or ():
        name, equals, what = given.partition("=")
        if not (name and equals and what):
            raise ConfigError(f"--scorer takes NAME=WHAT, not {given!r}.")
        loaded = loaded.give(name, what)
    with _phases(screen) as progress:
        done = carry_out(loaded, source, out, jobs=jobs, progress=progress)
    screen.print(
        f"{done.kept} pictures kept of {done.sources} read, {done.rejected} files rejected: "
        f"{done.report}",
        soft_wrap=True,
    )
    write_json(
        {
            "read": done.sources,
            "rejected": done.rejected,
            "kept": done.kept,
            "written": done.written,
            "validation": done.validation,
            "report": str(done.report),
            "archive": None if done.archive is None else str(done.archive),
        },
        json,
    )


@contextmanager
def _phases(screen: "Console") -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each phase of a run, one after the other."""
    from srq.cli.data.progress import progress_bar

    with ExitStack() as bars:
        shown = ""
        move: Callable[[int, int], None] | None = None

        def told(phase: str, done: int, total: int) -> None:
            nonlocal shown, move
            if phase != shown or move is None:
                bars.close()
                move = bars.enter_context(progress_bar(screen, phase, count="pictures"))
                shown = phase
            move(done, total)

        yield told
