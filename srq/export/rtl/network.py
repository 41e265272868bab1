"""The top of the core: the streams of a Program, connected.

``layout`` is what a core of loaded weights says of them.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence

from srq.dataflow.planes import Planes, View
from srq.export.rtl.datapath.dsp import B_BITS
from srq.export.rtl.datapath.loaded import BIAS_BITS
from srq.export.rtl.datapath.module import Module, phase_bits
from srq.export.rtl.ports import header
from srq.export.rtl.processes import IN_LATENCY, OPERAND_LATENCY, Process
from srq.export.rtl.shape import Shape
from srq.export.rtl.video import video_in, video_out
from srq.export.rtl.weights import address_bits, axi_ports, loading, set_sizes
from srq.program import Program


class Network:
    """The text of the top module in the making."""

    def __init__(
        self,
        program: Program,
        processes: Sequence[Process],
        modules: Mapping[str, Module],
        shape: Shape,
        layout: int = 0,
    ) -> None:
        self._program = program
        self._processes = processes
        self._modules = modules
        self._shape = shape
        self._layout = layout
        self._planes = Planes(program)
        self._bits = {program.input.name: program.input_value.format.bits}
        for process in processes:
            self._bits[process.name] = process.layer.outputs * process.layer.format.bits
        self._readers: dict[str, list[str]] = {name: [] for name in self._bits}
        for process in processes:
            for number, read in enumerate(process.reads):
                self._readers[read.value].append(_port_of(process, number))
        self._readers[self._out.base].append("out")

    @property
    def _out(self) -> View:
        return self._planes.views[self._program.output.name]

    def text(self) -> str:
        """The module."""
        program, shape = self._program, self._shape
        weights, biases = set_sizes(self._modules.values())
        begins = "open" if biases else "paced" if shape.fold > 1 else "taken"
        source = program.input.name
        ports = axi_ports(address_bits(weights, biases)) if biases else ""
        parts = [
            header(program, shape, ports),
            *video_in(program, shape, loadable=bool(biases)),
            *(loading(weights, biases, self._layout) if biases else ()),
            *self._entry(source, f"{begins}_valid", f"{begins}_ready"),
            *self._skid(source, "entered_valid", "entered_ready", "entered_data"),
            *self._fork(source),
        ]
        for process in self._processes:
            parts += self._process(process)
            parts += self._fork(process.name)
        parts += video_out(program, shape, self._pixels())
        return "\n".join([*parts, "endmodule", ""])

    def _entry(self, name: str, valid: str, ready: str) -> Iterator[str]:
        """The stream ``entered``: what comes in, from registers."""
        bits = self._shape.pixels * self._bits[name]
        yield f"""\
    logic entered_valid, entered_ready, entered_ce;
    logic [{bits - 1}:0] entered_data;
    srq_pipe #(.LATENCY({IN_LATENCY})) entry (
        .clk(aclk), .rst(restart), .s_valid({valid}), .s_ready({ready}),
        .m_valid(entered_valid), .m_ready(entered_ready), .ce(entered_ce)
    );
    always_ff @(posedge aclk) if (entered_ce) entered_data <= taken_data;"""

    def _skid(self, name: str, valid: str, ready: str, data: str) -> Iterator[str]:
        """The stream ``name``, which a skid register gives."""
        bits = self._shape.pixels * self._bits[name]
        yield f"""\
    logic valid_{name}, ready_{name};
    logic [{bits - 1}:0] data_{name};
    srq_skid #(.BITS({bits})) skid_{name} (
        .clk(aclk), .rst(restart), .s_valid({valid}), .s_ready({ready}), .s_data({data}),
        .m_valid(valid_{name}), .m_ready(ready_{name}), .m_data(data_{name})
    );"""
        yield self._tap(name)

    def _tap(self, name: str) -> str:
        """Where a simulation sees the stream ``name``."""
        bits = self._shape.pixels * self._bits[name]
        return f"""\
`ifdef SRQ_TAPS
    srq_tap #(.BITS({bits}), .STREAM({list(self._bits).index(name)})) tap_{name} (
        .clk(aclk), .taken(valid_{name} && ready_{name}), .data(data_{name})
    );
`endif"""

    def _fork(self, name: str) -> Iterator[str]:
        """A valid and a ready for each reader of the stream."""
        readers = self._readers[name]
        for reader in readers:
            yield f"    logic offer_{reader}, accept_{reader};"
        if len(readers) == 1:
            yield f"    assign offer_{readers[0]} = valid_{name};"
            yield f"    assign ready_{name} = accept_{readers[0]};\n"
            return
        offers = ", ".join(f"offer_{reader}" for reader in reversed(readers))
        accepts = ", ".join(f"accept_{reader}" for reader in reversed(readers))
        yield f"""\
    srq_fork #(.READERS({len(readers)})) fork_{name} (
        .clk(aclk), .rst(restart), .s_valid(valid_{name}), .s_ready(ready_{name}),
        .m_valid({{{offers}}}), .m_ready({{{accepts}}})
    );
"""

    def _process(self, process: Process) -> Iterator[str]:
        name, module = process.name, self._modules[process.name]
        yield f"    // ---- {name} ----"
        x = _port_of(process, 0)
        source = process.reads[0].value
        yield from self._alias(x, source)
        if process.has_window:
            yield from self._window(process)
            x = f"window_{name}"
        if process.reads[0].depth:
            yield from self._fifo(f"late_{x}", x, self._width(process, 0), process.reads[0].depth)
            x = f"late_{x}"
        ins = [x]
        if len(process.reads) == 2:
            ins.append((yield from self._skip(process)))
            yield f"""\
    logic offer_both_{name}, accept_both_{name};
    srq_join join_{name} (
        .a_valid(offer_{x}), .a_ready(accept_{x}),
        .b_valid(offer_{ins[1]}), .b_ready(accept_{ins[1]}),
        .m_valid(offer_both_{name}), .m_ready(accept_both_{name})
    );"""
            first = f"both_{name}"
        else:
            first = x
        if self._shape.fold > 1:
            yield from self._phases(name, first)
            first = f"last_{name}"
        if module.free:
            yield from self._free(process, first, ins)
        else:
            yield from self._held_up(process, first, ins)

    def _free(self, process: Process, stream: str, ins: Sequence[str]) -> Iterator[str]:
        """A layer that is never held up, with operands from registers: a window's, or new ones."""
        name, bits = process.name, self._shape.pixels * self._bits[process.name]
        late = []
        for number, operand in enumerate(ins):
            if number == 0 and self._is_late(process):
                late.append(operand)
                continue
            late.append(f"held_{operand}")
            yield f"""\
    logic [{self._width(process, number) - 1}:0] beat_held_{operand};
    always_ff @(posedge aclk) beat_held_{operand} <= beat_{operand};"""
        yield f"""\
    logic [{bits - 1}:0] data_sum_{name};"""
        for lane in range(self._shape.pixels):
            yield self._sum(process, late, lane, "1'b1")
        latency = OPERAND_LATENCY + self._modules[name].latency
        yield f"""\
    logic valid_{name}, ready_{name};
    logic [{bits - 1}:0] data_{name};
    srq_flow #(.BITS({bits}), .LATENCY({latency})) flow_{name} (
        .clk(aclk), .rst(restart), .s_valid(offer_{stream}), .s_ready(accept_{stream}),
        .result(data_sum_{name}), .m_valid(valid_{name}), .m_ready(ready_{name}),
        .m_data(data_{name})
    );"""
        yield self._tap(name)

    def _held_up(self, process: Process, stream: str, ins: Sequence[str]) -> Iterator[str]:
        """A layer that stands still while its result waits."""
        name = process.name
        yield f"""\
    logic valid_sum_{name}, ready_sum_{name}, ce_{name};
    logic [{self._shape.pixels * self._bits[name] - 1}:0] data_sum_{name};
    srq_pipe #(.LATENCY({self._modules[name].latency})) pipe_{name} (
        .clk(aclk), .rst(restart), .s_valid(offer_{stream}), .s_ready(accept_{stream}),
        .m_valid(valid_sum_{name}), .m_ready(ready_sum_{name}), .ce(ce_{name})
    );"""
        for lane in range(self._shape.pixels):
            yield self._sum(process, ins, lane, f"ce_{name}")
        yield from self._skid(name, f"valid_sum_{name}", f"ready_sum_{name}", f"data_sum_{name}")

    def _phases(self, name: str, stream: str) -> Iterator[str]:
        """The stream ``last_NAME``, each of whose beats has stayed for all phases."""
        fold = self._shape.fold
        bits = phase_bits(fold)
        yield f"""\
    logic offer_last_{name}, accept_last_{name};
    logic [{bits - 1}:0] phase_{name};
    srq_phases #(.FOLD({fold}), .PHASE_BITS({bits})) phases_{name} (
        .clk(aclk), .rst(restart), .s_valid(offer_{stream}), .s_ready(accept_{stream}),
        .m_valid(offer_last_{name}), .m_ready(accept_last_{name}), .phase(phase_{name})
    );"""

    def _width(self, process: Process, port: int) -> int:
        """Of the beats that a port reads, as its window gives them."""
        return self._shape.pixels * process.layer.ports[port].bits

    def _alias(self, reader: str, source: str) -> Iterator[str]:
        bits = self._shape.pixels * self._bits[source]
        yield f"    logic [{bits - 1}:0] beat_{reader};"
        yield f"    assign beat_{reader} = data_{source};"

    def _sum(self, process: Process, ins: Sequence[str], lane: int, enable: str) -> str:
        name = process.name
        ports = [
            f".{port.name}(beat_{stream}[{lane * port.bits}+:{port.bits}])"
            for port, stream in zip(process.layer.ports, ins, strict=True)
        ]
        if self._shape.fold > 1:
            ports.insert(0, f".phase(phase_{name})")
        ports += self._set_of(name)
        bits = self._bits[name]
        return (
            f"    {self._modules[name].name} sum{lane}_{name} (\n"
            f"        .clk(aclk), .ce({enable}), {', '.join(ports)},\n"
            f"        .y(data_sum_{name}[{lane * bits}+:{bits}])\n    );"
        )

    def _set_of(self, name: str) -> Iterator[str]:
        """The weights and the biases of a process, where they are loaded: those that follow on
        those of the processes before it."""
        made = self._modules[name]
        if not made.biases:
            return
        names = [process.name for process in self._processes]
        before = [self._modules[each] for each in names[: names.index(name)]]
        weights, biases = set_sizes(before)
        for port, first, count, bits in (
            ("weights", weights, made.weights, B_BITS),
            ("biases", biases, made.biases, BIAS_BITS),
        ):
            yield f".{port}({port}[{first * bits}+:{count * bits}])"

    def _is_late(self, process: Process) -> bool:
        """Whether the process has a window whose data comes a cycle after its beat, from registers.
        Not where a FIFO takes both at once, nor where the process can be held up."""
        free = self._modules[process.name].free
        return process.has_window and free and not process.reads[0].depth

    def _window(self, process: Process) -> Iterator[str]:
        shape, name, window = self._shape, process.name, process.window
        bits = self._bits[process.reads[0].value]
        x = _port_of(process, 0)
        total = self._width(process, 0)
        yield f"""\
    logic offer_window_{name}, accept_window_{name};
    logic [{total - 1}:0] beat_window_{name};
    srq_window #(
        .PIXEL_BITS({bits}), .PIXELS({shape.pixels}), .TOP({window.top}), .BOTTOM({window.bottom}),
        .LEFT({window.left}), .RIGHT({window.right}), .MAX_BEATS({shape.max_beats}),
        .COLUMN_BITS({shape.column_bits}), .ROW_BITS(16), .LATE({int(self._is_late(process))})
    ) window_{name} (
        .clk(aclk), .rst(restart), .columns(frame_columns), .beats(frame_beats),
        .pitch(frame_pitch), .rows(frame_rows),
        .s_valid(offer_{x}), .s_ready(accept_{x}), .s_data(beat_{x}),
        .m_valid(offer_window_{name}), .m_ready(accept_window_{name}),
        .m_data(beat_window_{name})
    );"""

    def _skip(self, process: Process) -> Generator[str, None, str]:
        """The second operand's stream."""
        reader = _port_of(process, 1)
        yield from self._alias(reader, process.reads[1].value)
        depth = process.reads[1].depth
        if not depth:
            return reader
        late = f"late_{reader}"
        yield from self._fifo(late, reader, self._width(process, 1), depth)
        return late

    def _fifo(self, late: str, early: str, bits: int, depth: int) -> Iterator[str]:
        yield f"""\
    logic offer_{late}, accept_{late};
    logic [{bits - 1}:0] beat_{late};
    srq_fifo #(.BITS({bits}), .DEPTH({depth})) fifo_{late} (
        .clk(aclk), .rst(restart),
        .s_valid(offer_{early}), .s_ready(accept_{early}), .s_data(beat_{early}),
        .m_valid(offer_{late}), .m_ready(accept_{late}), .m_data(beat_{late})
    );"""

    def _pixels(self) -> list[str]:
        """Where the pixels of a beat that goes out are, those of a block one after the other."""
        fmt, view = self._program.output_value.format.bits, self._out
        per_pixel = self._bits[view.base]
        return [
            f"data_{view.base}[{lane * per_pixel + int(plane) * fmt}+:{fmt}]"
            for lane in range(self._shape.pixels)
            for plane in view.planes
        ]


def _port_of(process: Process, number: int) -> str:
    return f"{('x', 'skip')[number]}_{process.name}"
