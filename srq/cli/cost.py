"""``srq cost``: what a Program takes in streaming hardware."""

from typing import TYPE_CHECKING, Annotated

import typer

from srq.cli.output import JsonFile, aligned

if TYPE_CHECKING:
    from srq.dataflow import Cost

app = typer.Typer()


@app.command("cost")
def cost(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A .srq file, or a name of the zoo.")
    ],
    width: Annotated[
        int, typer.Option(min=1, help="Pixels in a line of the low-resolution picture.")
    ] = 1920,
    json: JsonFile = None,
) -> None:
    """Count a program's multipliers, memory and latency in streaming hardware.

    The machine counted takes one low-resolution pixel a clock and shares nothing.
    """
    from srq.cli.output import console, write_json
    from srq.dataflow import cost_of
    from srq.dataflow.report import cost_report
    from srq.program import load
    from srq.zoo import resolve

    counted = cost_of(load(resolve(model, "program")), width=width)
    screen = console(json)
    for line in cost_lines(counted):
        screen.print(line, markup=False, soft_wrap=True)
    write_json(cost_report(counted), json)


def cost_lines(cost: "Cost") -> list[str]:
    """The cost as lines of text: a table by op, the totals, the latency."""
    head = ("op", "MACs", "multiplier", "weights", "line memory", "delay memory", "latency")
    rows = [
        (
            op.name,
            f"{op.macs}",
            "{}x{}".format(*op.multiplier) if op.multiplier else "-",
            f"{op.weight_bits}",
            f"{op.line_bits}",
            f"{op.delay_bits}",
            f"{op.latency.lines} + {op.latency.pixels}",
        )
        for op in cost.ops
    ]
    total = (
        "total",
        f"{cost.macs}",
        "-",
        f"{cost.weight_bits}",
        f"{cost.line_bits}",
        f"{cost.delay_bits}",
        f"{cost.latency.lines} + {cost.latency.pixels}",
    )
    widths = ", ".join(f"{n} of {a}x{w}" for (a, w), n in cost.multipliers.items())
    return [
        *aligned([head, *rows, total], left=(0,)),
        "",
        "MACs per low-resolution pixel; memories in bits; latency in lines + pixels,"
        f" for lines of {cost.width}.",
        f"multipliers (activation x weight bits): {widths or 'none'}",
        f"latency: {float(cost.latency.clocks(cost.width)):.0f} clocks at one pixel a clock",
        f"receptive field: {cost.reach.rows} rows, {cost.reach.columns} columns",
    ]
