"""Runs a datapath's module in Icarus Verilog, with clocks left out at random."""

import subprocess
from pathlib import Path

import numpy as np

from srq.export.rtl.datapath import Layer, Module
from srq.export.rtl.datapath.module import phase_bits

ROOT = Path(__file__).parents[3]
HARDWARE = ROOT / "hw" / "rtl"
GET_ICARUS = "apt-get install iverilog"

_BENCH = """
module bench;
    reg clk = 0, ce;
    {ports}
    wire [{out_bits}-1:0] y;
    reg [{word}:0] words [0:{clocks}-1];
    integer i, file;
    {name} dut (.clk(clk), .ce(ce), {connections}, .y(y));
    initial begin
        $readmemh("words.hex", words);
        file = $fopen("y.hex");
        for (i = 0; i < {clocks}; i = i + 1) begin
            {{ce, {concatenated}}} = words[i];
            #1;
            if (ce) $fdisplay(file, "%h", y);
            clk = 1; #1;
            clk = 0; #1;
        end
        $finish;
    end
endmodule
"""


def packed(integers, bits):
    """Columns (elements, positions) of integers, each column as one integer of a port."""
    mask = (1 << bits) - 1
    words = [0] * integers.shape[1]
    for element in reversed(range(len(integers))):
        for position, n in enumerate(integers[element].tolist()):
            words[position] = words[position] << bits | n & mask
    return words


def unpacked(words, elements, fmt):
    """Integers (elements, positions) of a port's words."""
    found = np.zeros((elements, len(words)), np.int64)
    for position, word in enumerate(words):
        for element in range(elements):
            n = word >> element * fmt.bits & (1 << fmt.bits) - 1
            found[element, position] = n - (n >> fmt.bits - 1 << fmt.bits) * fmt.signed
    return found


def simulate(module: Module, layer: Layer, inputs, folder, *, iverilog, seed=0, sources=()):
    """What the module gives for ``inputs`` (elements of all ports, positions), int64."""
    rng = np.random.default_rng(seed)
    ports, first, words = [], 0, []
    for port in layer.ports:
        words.append(packed(inputs[first : first + port.elements], port.format.bits))
        first += port.elements
        ports.append(f"reg [{port.bits}-1:0] {port.name};")
    positions, fold = inputs.shape[1], module.fold
    total = positions * fold + module.latency
    # The ports' words side by side, phase and ce on top; clocks that are left out have another's
    # inputs.
    lines, given, phase_width = [], 0, phase_bits(fold) * (fold > 1)
    while given < total:
        enabled = bool(rng.integers(4))
        position = given // fold if enabled else positions
        if position >= positions:
            position = int(rng.integers(positions))
        word = int(enabled) << phase_width | given % fold
        for port, values in zip(layer.ports, words, strict=True):
            word = word << port.bits | values[position]
        lines.append(f"{word:x}\n")
        given += enabled
    names = [port.name for port in layer.ports]
    if fold > 1:
        names.insert(0, "phase")
        ports.append(f"reg [{phase_width}-1:0] phase;")
    bench = _BENCH.format(
        name=module.name,
        ports=" ".join(ports),
        out_bits=layer.outputs * layer.format.bits,
        word=sum(port.bits for port in layer.ports) + phase_width,
        clocks=len(lines),
        connections=", ".join(f".{name}({name})" for name in names),
        concatenated=", ".join(names),
    )
    (folder / "words.hex").write_text("".join(lines))
    (folder / "bench.sv").write_text(bench)
    (folder / "module.sv").write_text(module.text)
    cells = sources or [HARDWARE / cell for cell in module.cells]
    command = [iverilog, "-g2012", "-Wall", "-s", "bench", "-o", "bench.vvp", "bench.sv"]
    run(folder, *command, "module.sv", *cells)
    run(folder, "vvp", "bench.vvp")
    given_back = (folder / "y.hex").read_text().split()[module.latency + fold - 1 :: fold]
    return unpacked([int(word, 16) for word in given_back], layer.outputs, layer.format)


def run(folder, *command):
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command[0]}: {(done.stdout + done.stderr)[-3000:]}"
    assert "warning" not in done.stderr, done.stderr[-3000:]
    return done.stdout


def random_inputs(layer, positions, seed):
    """Random integers within the layer's ranges, every fourth column at an end of them."""
    rng = np.random.default_rng(seed)
    lo, hi = layer.range.lo[:, np.newaxis], layer.range.hi[:, np.newaxis]
    inputs = rng.integers(lo, hi + 1, (len(lo), positions))
    ends = np.where(rng.integers(0, 2, inputs.shape), lo, hi)
    # The inputs that make each output largest and least.
    signs = layer.matrix[rng.integers(0, layer.outputs, positions)].T
    worst = np.where((signs > 0) == rng.integers(0, 2, positions).astype(bool), hi, lo)
    kind = np.arange(positions) % 4
    return np.where(kind == 0, ends, np.where(kind == 1, worst, inputs))
