"""Layers for the tests of datapaths: those of the zoo's Programs, and random ones."""

import numpy as np

from srq.export.rtl.datapath import Layer, Port, module
from srq.export.rtl.processes import processes_of
from srq.fixed import Format
from srq.fixed.intervals import Interval
from srq.program import load
from srq.zoo import resolve
from tests.export.rtl.simulation import random_inputs, simulate

PROGRAMS = {name: load(resolve(name, "program")) for name in ("kim-x2", "kim-x2-8bit")}
PROCESSES = {
    (name, process.name): process
    for name, program in PROGRAMS.items()
    for process in processes_of(program)
}
"""What the core's processes are, by the Program and the op."""

LAYERS = list(PROCESSES)


def layer_of(name, op):
    return PROCESSES[name, op].layer


def random_layer(seed):
    """A layer of random sizes, formats, weights and shifts; some of its rows are rare ones."""
    rng = np.random.default_rng(seed)
    outputs, elements = (int(n) for n in rng.integers(1, 7, 2))
    bits = int(rng.integers(2, 17))
    fmt = Format(bool(rng.integers(2)), bits, 4)
    lo, hi = np.sort(rng.integers(fmt.lo, fmt.hi + 1, (2, elements)), axis=0)
    matrix = rng.integers(-(1 << 9), 1 << 9, (outputs, elements)) * rng.integers(0, 2, elements)
    matrix[0] = -np.abs(matrix[0])
    if outputs > 1:
        matrix[-1] = rng.integers(0, 2) * (np.arange(elements) == 0)
    shifts = tuple(int(n) for n in rng.integers(0, 14, outputs))
    out = Format(bool(rng.integers(2)), int(rng.integers(2, 17)), 4)
    bias = rng.integers(-(1 << 12), 1 << 12, outputs) * rng.integers(0, 2, outputs)
    return Layer("random", (Port("x", fmt, Interval(lo, hi)),), matrix, bias, shifts, out)


def assert_equal(layer, choices, folder, iverilog, positions=60):
    made = module(layer, "sum", choices)
    inputs = random_inputs(layer, positions, seed=1)
    found = simulate(made, layer, inputs, folder, iverilog=iverilog)
    np.testing.assert_array_equal(found, layer.evaluate(inputs))
