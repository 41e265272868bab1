"""``srq info``: all that a Program says of itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srq.cli.output import JsonFile, aligned

if TYPE_CHECKING:
    from srq.program import Program, Step

app = typer.Typer()


@app.command("info")
def info(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A .srq file, or a name of the zoo.")
    ],
    diagram: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw the graph to FILE, as .svg, .png or .txt.",
            show_default=False,
        ),
    ] = None,
    json: JsonFile = None,
) -> None:
    """Show a program: its ops, formats, proved ranges, graph and cost.

    The headroom is the bits of the 32-bit accumulator that no picture can ever need.
    """
    from srq.cli.cost import cost_lines
    from srq.cli.output import console, write_json
    from srq.dataflow import cost_of
    from srq.dataflow.report import cost_report
    from srq.program import load
    from srq.program.diagram import text, write
    from srq.program.report import program_report
    from srq.zoo import resolve

    program = load(resolve(model, "program"))
    cost = cost_of(program)
    lines = [*_card(program), "", *_ops(program), "", text(program), "", *cost_lines(cost)]
    screen = console(json)
    screen.print("\n".join(lines), markup=False, soft_wrap=True)
    if diagram is not None:
        write(program, diagram)
    write_json({**program_report(program), "cost": cost_report(cost)}, json)


def _card(program: "Program") -> list[str]:
    weights = sum(op.weight.size for op in program.convs)
    facts = {
        "name": program.name or "(none)",
        "fingerprint": program.fingerprint,
        "scale": f"{program.scale}",
        "weights": f"{weights}",
        **program.provenance,
    }
    width = max(map(len, facts))
    return [f"{key.ljust(width)}  {value}" for key, value in facts.items()]


def _ops(program: "Program") -> list[str]:
    head = ("op", "what it does", "weights", "value", "lo", "hi", "shift", "headroom")
    return aligned([head, *(_op(program, step) for step in program.steps)], left=(0, 1, 2, 3))


def _op(program: "Program", step: "Step") -> tuple[str, ...]:
    from srq.program.report import summary, weights_written

    interval = program.ranges.values[step.op.name]
    shift = headroom = "-"
    if step.shifts:
        least, most = min(step.shifts), max(step.shifts)
        shift = f"{least}" if least == most else f"{least}..{most}"
        headroom = f"{program.ranges.headroom(step.op.name).min()}"
    return (
        step.op.name,
        summary(step),
        weights_written(step.op),
        f"{step.value.channels} x {step.value.format}",
        f"{interval.lo.min()}",
        f"{interval.hi.max()}",
        shift,
        headroom,
    )
