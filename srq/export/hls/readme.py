"""The page that goes with an export."""

from importlib import resources
from string import Template

from srq import __version__
from srq.export.hls.blocks import reach_of_blocks
from srq.export.hls.graph import DEPTH, Graph
from srq.export.hls.kernel import top_of
from srq.export.hls.network import lane_bits
from srq.export.hls.parameters import structure_of, words
from srq.program import Conv, Program


class _Template(Template):
    delimiter = "@"


def readme(program: Program, graph: Graph, **choices: object) -> str:
    """``README.md``; ``choices`` are the exporter's fields."""
    page = resources.files("srq.export") / "templates" / "hls" / "README.md"
    source, result = program.input_value.format, program.output_value.format
    beat = program.scale**2
    after = [
        reach_of_blocks(op, program.step(op.name).value.scale).after
        for op in program.ops
        if isinstance(op, Conv)
    ]
    return _Template(page.read_text(encoding="ascii")).substitute(
        choices,
        top=top_of(program),
        fingerprint=program.fingerprint,
        version=__version__,
        scale=program.scale,
        in_bits=source.bits,
        out_bits=result.bits,
        in_tdata=_whole_bytes(source.bits),
        out_tdata=_whole_bytes(result.bits * beat),
        beat=beat,
        after=max(after, default=0),
        words=len(words(program)),
        structure=structure_of(program),
        fifos="\n".join(_fifo_rows(program, graph)),
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
