"""Every process of a core computes its op as the reference does, from the streams it reads."""

import numpy as np
import pytest

from srq.dataflow.planes import Planes
from srq.export.rtl.processes import ONE, processes_of
from srq.program.reference import Reference
from tests.export.rtl.layers import PROGRAMS
from tests.hw.kernels import small_program, two_lines_of_blocks, wide_blocks


def blocks(tensor, scale):
    """A tensor (channels, rows, columns) as (planes, rows, columns) of low-resolution pixels."""
    channels, rows, columns = tensor.shape
    parts = tensor.reshape(channels, rows // scale, scale, columns // scale, scale)
    planes = parts.transpose(0, 2, 4, 1, 3)
    return planes.reshape(-1, rows // scale, columns // scale)


def neighbours(planes, window):
    """(taps * planes, positions): channel fastest, then column, then row, zeros beyond."""
    _, rows, columns = planes.shape
    padding = ((0, 0), (window.top, window.bottom), (window.left, window.right))
    around = np.pad(planes, padding)
    taps = [
        around[:, dy : dy + rows, dx : dx + columns]
        for dy in range(window.rows)
        for dx in range(window.columns)
    ]
    return np.concatenate(taps).reshape(-1, rows * columns)


@pytest.mark.parametrize(
    "program",
    [*PROGRAMS.values(), small_program(), two_lines_of_blocks(), wide_blocks()],
    ids=["kim-x2", "kim-x2-8bit", "small", "blocks", "wide"],
)
def test_a_layer_is_what_the_reference_computes(program):
    picture = np.random.default_rng(3).integers(0, 256, (9, 11)).astype(np.uint8)
    trace = Reference(program)(picture, trace=True)
    found = processes_of(program)
    assert found
    for process in found:
        windows = [process.window, ONE][: len(process.reads)]
        inputs = [
            neighbours(blocks(trace[read.value], program.step(read.value).value.scale), window)
            for read, window in zip(process.reads, windows, strict=True)
        ]
        made = process.layer.evaluate(np.concatenate(inputs))
        value = program.step(process.name).value
        wanted = blocks(trace[process.name], value.scale)
        np.testing.assert_array_equal(made.reshape(wanted.shape), wanted, err_msg=process.name)
    assert Planes(program).views[program.output.name].base == found[-1].name
