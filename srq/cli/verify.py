"""``srq verify``: a Program's engines and exports beside the reference, bit for bit."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srq.cli.output import JsonFile

if TYPE_CHECKING:
    from rich.console import Console

    from srq.program import Program
    from srq.verify.check import Expectations, Outcome, Watcher

app = typer.Typer()


@app.command("verify")
def verify(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A .srq file, or a name of the zoo.")
    ],
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="NAME",
            help="Compare this alone: native, onnx, c ... Repeat for more.",
            show_default=False,
        ),
    ] = None,
    twin: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The float64 twin that 'srq quantize' wrote.  [default: MODEL-twin.safetensors,"
            " if it stands beside MODEL]",
            show_default=False,
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A dozen small pictures: seconds, not minutes.")
    ] = False,
    require_all: Annotated[
        bool,
        typer.Option(
            "--require-all",
            envvar="SRQ_REQUIRE_TOOLS",
            help="What is not installed counts as a difference.",
        ),
    ] = False,
    junit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the result as JUnit XML.", show_default=False),
    ] = None,
    json: JsonFile = None,
) -> None:
    """Prove that everything made of a program agrees with the reference, to the last bit.

    Each engine and each export is built and run on the same pictures: noise of many sizes,
    patterns, photographs, and pictures that drive the sums inside to their bounds. Where an
    integer differs, the first one is told, with its op and place. The exit code is then 1.
    """
    from srq.cli.output import console, write_json
    from srq.files import write_text
    from srq.program import load
    from srq.provenance import Provenance
    from srq.stimuli.sets import for_use, for_verification
    from srq.verify.check import Expectations, check
    from srq.verify.report import Table, as_json, as_junit
    from srq.verify.subjects import chosen, subjects, twin_of
    from srq.zoo import resolve

    path = resolve(model, "program")
    program = load(path)
    selected = chosen(subjects(twin or twin_of(path)), only or [])
    screen = console(json)
    outcomes: list[Outcome] = []
    with _watching() as watcher:
        used = [] if quick else for_use(program)
        expectations = Expectations(program, for_verification(program, quick=quick), used)
        table = Table(selected, expectations.pixels)
        watcher.ended("reference")
        _say(screen, _headline(program, expectations), table.head)
        for outcome in check(program, selected, expectations, watcher):
            outcomes.append(outcome)
            _say(screen, table.row(outcome))
    wrong = [outcome for outcome in outcomes if _is_wrong(outcome, require_all)]
    _say(screen, _summary(outcomes, len(wrong)))
    if junit is not None:
        write_text(junit, as_junit(program, outcomes))
    write_json(
        {**as_json(program, expectations, outcomes), "made": Provenance.now().to_json()}, json
    )
    if wrong:
        raise typer.Exit(1)


def _is_wrong(outcome: "Outcome", require_all: bool) -> bool:
    from srq.verify.check import State

    return outcome.state.is_wrong or (require_all and outcome.state is State.MISSING)


def _summary(outcomes: "list[Outcome]", wrong: int) -> str:
    if wrong:
        return f"{wrong} of {len(outcomes)} FAILED."
    return "No difference." if any(o.pictures for o in outcomes) else "Nothing was compared."


def _headline(program: "Program", expectations: "Expectations") -> str:
    bounds = expectations.bounds
    return (
        f"{program.name or 'program'} {program.fingerprint[:12]} on {len(expectations.all)}"
        f" pictures; they visit {bounds.reached} of the {bounds.possible} ends of formats that"
        " the proof leaves possible.\n"
    )


def _say(screen: "Console", *lines: str) -> None:
    screen.print("\n".join(lines), markup=False, soft_wrap=True)


@contextmanager
def _watching() -> "Iterator[Watcher]":
    """A live line on a terminal: what is being built, or how far it has run."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from srq.verify.check import Watcher

    errors = Console(stderr=True, highlight=False)
    if not errors.is_terminal:
        yield Watcher()
        return
    columns = TextColumn("{task.description}", markup=False), BarColumn()
    bar = Progress(*columns, console=errors, transient=True)
    task = bar.add_task("the reference", total=None)

    class Live(Watcher):
        def building(self, name: str) -> None:
            bar.update(task, description=f"{name}: building", total=None)
            bar.start()

        def compared(self, name: str, done: int, total: int) -> None:
            bar.update(task, description=f"{name}: {done} of {total}", completed=done, total=total)

        def ended(self, name: str) -> None:
            bar.stop()  # what is printed now must not stand behind the bar

    with bar:
        yield Live()
