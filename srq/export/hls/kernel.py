"""The top function: the dataflow graph of a Program, as C++."""

from srq.export.hls.graph import DEPTH, Graph, Process
from srq.export.hls.parameters import parameterized, structure_of, words
from srq.export.hls.text import guarded, head
from srq.export.text import symbol
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Output,
    PixelShuffle,
    Program,
    Requantize,
)

_PORTS = """\
#pragma HLS INTERFACE mode = axis port = video_in
#pragma HLS INTERFACE mode = axis port = video_out
#pragma HLS INTERFACE mode = s_axilite port = rows bundle = control
#pragma HLS INTERFACE mode = s_axilite port = columns bundle = control
#pragma HLS INTERFACE mode = s_axilite port = faults bundle = control
#ifdef SRQ_WEIGHTS_AXILITE
#pragma HLS INTERFACE mode = s_axilite port = parameters bundle = control
#pragma HLS INTERFACE mode = s_axilite port = load bundle = control
#endif
#pragma HLS INTERFACE mode = s_axilite port = return bundle = control
#pragma HLS INTERFACE mode = ap_ctrl_chain port = return
#pragma HLS DATAFLOW
"""


def header(program: Program, max_width: int, stages: int) -> str:
    """``kernel.hpp``: the top function, and the numbers that whoever calls it needs."""
    source, result = program.input_value, program.output_value
    body = f"""\
#include "srq/video.hpp"

#define SRQ_TOP {symbol(program)}
#define SRQ_STRUCTURE "{structure_of(program)}"
#define SRQ_SCALE {program.scale}
#define SRQ_MAX_WIDTH {max_width}
#define SRQ_STAGES {stages}
#define SRQ_LR_BITS {source.format.bits}
#define SRQ_HR_BITS {result.format.bits}

#ifdef SRQ_WEIGHTS_AXILITE
#define SRQ_PARAMETER_PORTS , const int parameters[{max(len(words(program)), 1)}], bool load
#else
#define SRQ_PARAMETER_PORTS
#endif

typedef srq::Beat<SRQ_LR_BITS, 1> LrBeat;
typedef srq::Beat<SRQ_HR_BITS, SRQ_SCALE * SRQ_SCALE> HrBeat;

// One picture of rows x columns, 1 x 1 to 65535 x SRQ_MAX_WIDTH.
{_signature(program)};
"""
    return head(program, "The kernel's interface.") + guarded("kernel", body)


def source(program: Program, graph: Graph) -> str:
    """``kernel.cpp``: the top function."""
    return "\n".join(
        [
            head(program, "The kernel: one process for each op, one FIFO for each value's reader.")
            + '#include "kernel.hpp"\n',
            "#ifdef SRQ_WEIGHTS_AXILITE",
            '#include "network.hpp"\n',
            "// A layer's parameters: the stream that brings them.",
            "#define SRQ_CONV_PARAMETERS(op) P_##op, load",
            "#define SRQ_SHIFTS(op) P_##op, load\n",
            *_loader(program),
            "#else",
            '#include "weights.hpp"\n',
            "// A layer's parameters: its constants.",
            "#define SRQ_CONV_PARAMETERS(op) W_##op, B_##op, Q_##op",
            "#define SRQ_SHIFTS(op) Q_##op",
            "#endif\n",
            f"{_signature(program)} {{",
            _PORTS.rstrip(),
            *_streams(graph),
            *_parameter_streams(program),
            "",
            *(f"    SRQ_PROCESS({_call(program, process)});" for process in graph.processes),
            "    SRQ_RUN();",
            "}\n",
        ]
    )


def _signature(program: Program) -> str:
    return (
        f"void {symbol(program)}(hls::stream<LrBeat>& video_in, hls::stream<HrBeat>& video_out,\n"
        "    srq::Size rows, srq::Size columns, int* faults SRQ_PARAMETER_PORTS)"
    )


def _streams(graph: Graph) -> list[str]:
    """A FIFO for each edge; one that must be deeper than the rest says for whom."""
    lines = []
    for stream in graph.streams:
        why = f" // waits at {stream.reader}" if stream.depth > DEPTH else ""
        lines += [
            f'    srq::Stream<V_{stream.value}> {stream.name}("{stream.name}");',
            f"    SRQ_FIFO({stream.name}, {stream.depth});{why}",
        ]
    return lines


def _parameter_streams(program: Program) -> list[str]:
    lines = []
    for step, _, _ in parameterized(program):
        name = f"P_{step.op.name}"
        lines += [
            f'    hls::stream<srq::Word> {name}("{name}");',
            f"    SRQ_FIFO({name}, {DEPTH});",
        ]
    if not lines:
        return []
    names = ", ".join(f"P_{step.op.name}" for step, _, _ in parameterized(program))
    call = f"    SRQ_PROCESS(load_parameters(parameters, load, {names}));"
    return ["#ifdef SRQ_WEIGHTS_AXILITE", *lines, call, "#endif"]


def _loader(program: Program) -> list[str]:
    """The process that sends each layer its words of the memory."""
    loaded = list(parameterized(program))
    if not loaded:
        return []
    total = sum(count for _, _, count in loaded)
    ports = ",\n    ".join(f"hls::stream<srq::Word>& P_{step.op.name}" for step, _, _ in loaded)
    sends = [
        f"{'if' if first == 0 else '} else if'} (n < {first + count}) {{\n"
        f"                P_{step.op.name}.write(word);"
        for step, first, count in loaded
    ]
    return [
        f"static void load_parameters(const int parameters[{total}], bool load,\n    {ports}) {{",
        "#pragma HLS INLINE off",
        "    if (load) {",
        "    words:",
        f"        for (int n = 0; n < {total}; ++n) {{",
        "#pragma HLS PIPELINE II = 1",
        "            SRQ_CLOCK();",
        "            const srq::Word word = srq::Word(parameters[n]);",
        *(f"            {send}" for send in sends),
        "            }",
        "        }",
        "    }",
        "}\n",
    ]


def _call(program: Program, process: Process) -> str:
    """What a process runs."""
    streams = ", ".join(stream.name for stream in (*process.reads, *process.writes))
    size = "rows, columns"
    op = process.op
    match op:
        case None:
            return f"srq::fork<V_{process.reads[0].value}>({streams}, {size})"
        case Input():
            return f"srq::receive<SRQ_LR_BITS, V_{op.name}>(video_in, {streams}, {size}, faults)"
        case Conv():
            return f"srq::convolve<L_{op.name}>({streams}, {size}, SRQ_CONV_PARAMETERS({op.name}))"
        case Add():
            return f"srq::add<L_{op.name}>({streams}, {size}, SRQ_SHIFTS({op.name}))"
        case Requantize():
            return f"srq::requantize_value<L_{op.name}>({streams}, {size}, SRQ_SHIFTS({op.name}))"
        case PixelShuffle():
            return f"srq::pixel_shuffle<V_{op.source}, V_{op.name}>({streams}, {size})"
        case NearestUpsample():
            return f"srq::nearest_upsample<V_{op.source}, V_{op.name}>({streams}, {size})"
        case Output():
            return (
                f"srq::transmit<SRQ_HR_BITS, V_{op.source}, SRQ_MAX_WIDTH>"
                f"({streams}, video_out, {size})"
            )
    raise AssertionError(f"{op.kind} has no process")
