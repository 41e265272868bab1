"""The page that goes with an export."""

from srq.dataflow import Grain, cost_of, window_of
from srq.export.hls.graph import DEPTH, Graph
from srq.export.hls.network import lane_bits
from srq.export.hls.parameters import structure_of, words
from srq.export.text import fill, stamp, symbol
from srq.program import Program

DSPS = {"xck26": 1248, "xczu7ev": 1728, "xczu9eg": 2520, "xczu15eg": 3528, "xcu250": 12288}
"""DSP slices of some devices, by how their parts begin, from AMD's product tables. One multiplies
27 by 18 bits, and values and weights of Programs have at most 16."""


def readme(program: Program, graph: Graph, **choices: object) -> str:
    """``README.md``; ``choices`` are the exporter's fields."""
    source, result = program.input_value.format, program.output_value.format
    beat = program.scale**2
    after = [window_of(step, Grain.BLOCK).right for step in program.steps]
    return fill(
        "hls/README.md",
        **stamp(program),
        **choices,
        top=symbol(program),
        in_tdata=_whole_bytes(source.bits),
        out_tdata=_whole_bytes(result.bits * beat),
        beat=beat,
        after=max(after),
        words=len(words(program)),
        multipliers=(multipliers := sum(cost_of(program).multipliers.values())),
        fits=_fits(multipliers, str(choices["part"])),
        structure=structure_of(program),
        fifos="\n".join(_fifo_rows(program, graph)),
    )


def _fits(slices: int, part: str) -> str:
    has = next((n for name, n in DSPS.items() if part.startswith(name)), None)
    if has is None:
        return f"Compare this with the slices of {part}."
    if slices <= has:
        return f"The part {part} has {has}: both builds fit as far as multipliers go."
    return (
        f"The part {part} has {has}: loaded weights do not fit. Keep them constant, or take a"
        " larger part."
    )


def _whole_bytes(bits: int) -> int:
    return -(-bits // 8) * 8


def _fifo_rows(program: Program, graph: Graph) -> list[str]:
    rows = []
    for stream in graph.streams:
        if stream.depth > DEPTH:
            value = program.step(stream.value).value
            bits = lane_bits(program, value) * value.channels * value.scale**2
            rows.append(f"| `{stream.name}` | {stream.depth} | {bits} |")
    return [*rows, f"| all others | {DEPTH} | |"]
