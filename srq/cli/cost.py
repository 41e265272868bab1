"""``srq cost``: what a Program takes in streaming hardware."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from srq.cli.output import JsonFile, aligned

if TYPE_CHECKING:
    from srq.dataflow import Cost
    from srq.export.rtl import Core

app = typer.Typer()


@app.command("cost")
def cost(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A .srq file, or a name of the zoo.")
    ],
    width: Annotated[
        int, typer.Option(min=1, help="Pixels in a line of the low-resolution picture.")
    ] = 1920,
    datapath: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Also count what the core of 'srq export rtl' takes: constant (adders instead of"
            " multipliers), dsp or folded.",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        str, typer.Option(metavar="NAME", help="Of --datapath: xilinx, ecp5 or generic.")
    ] = "xilinx",
    pixels_per_clock: Annotated[
        int, typer.Option(metavar="N", help="Of --datapath: 1, 2 or 4.")
    ] = 1,
    clocks_per_pixel: Annotated[
        int,
        typer.Option(
            metavar="N", help="Of the datapath folded: 2 to 64.  [default: 4]", show_default=False
        ),
    ] = 0,
    loadable: Annotated[
        bool, typer.Option("--loadable", help="Of the datapath dsp: weights are loaded.")
    ] = False,
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

    program = load(resolve(model, "program"))
    core = None
    if datapath:
        from srq.export.rtl import Rtl

        exporter = Rtl(
            datapath=datapath,
            pixels_per_clock=pixels_per_clock,
            target=target,
            max_width=width,
            clocks_per_pixel=clocks_per_pixel,
            loadable=loadable,
        )
        core = exporter.core(program)
    counted = cost_of(program, width=width)
    lines, report = cost_lines(counted), cost_report(counted)
    if core is not None:
        lines += ["", *core_lines(core, target, width)]
        report["core"] = core_report(core, target, width)
    screen = console(json)
    for line in lines:
        screen.print(line, markup=False, soft_wrap=True)
    write_json(report, json)


def core_lines(core: "Core", target: str, width: int) -> list[str]:
    """What a core takes as lines of text: a table by layer, then what is estimated."""
    from srq.export.rtl.estimate import counted, estimate, total_of

    costs = counted(core)
    head = ("layer", "adders", "adder bits", "depth", "registers", "multipliers", "clocks")
    rows = [
        (
            name,
            f"{cost.adders}",
            f"{cost.bits}",
            f"{cost.depth}",
            f"{cost.registers}",
            f"{cost.multipliers}",
            clocks,
        )
        for name, cost, clocks in (
            *((name, cost, f"{core.modules[name].latency}") for name, cost in costs.items()),
            ("total", total_of(costs), "-"),
        )
    ]
    expected = estimate(core, target, width)
    lines = [
        *aligned([head, *rows], left=(0,)),
        "",
        "Counted: adders, their full adders, adders on the longest path, bits of registers,"
        " multipliers, clocks through the layer.",
        f"latency: {core.latency(width)} clocks from the first pixels in to the first out",
    ]
    if expected.luts is not None:
        lines.append(
            f"estimated for {target}, before any synthesis: {expected.luts} LUT for the sums,"
            f" {expected.blocks} {expected.block} for the lines"
        )
    return lines


def core_report(core: "Core", target: str, width: int) -> dict[str, Any]:
    """The same as JSON-able dicts."""
    from dataclasses import asdict

    from srq.export.rtl.estimate import counted, estimate, total_of

    costs = counted(core)
    return {
        "counted": {
            **asdict(total_of(costs)),
            "latency_clocks": core.latency(width),
            "layers": {name: asdict(cost) for name, cost in costs.items()},
        },
        "estimated": asdict(estimate(core, target, width)),
    }


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
