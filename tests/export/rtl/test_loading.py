"""Weights that are loaded: the words of a set, what is refused, and folders that exchange sets."""

import subprocess

import numpy as np
import pytest

from srq.errors import ConfigError, ProgramError
from srq.export import export
from srq.export.rtl import Rtl
from srq.export.rtl.datapath.dsp import B_BITS
from srq.export.rtl.datapath.loaded import BIAS_BITS
from srq.export.rtl.estimate import counted, total_of
from srq.export.rtl.loading import layout, opened, structure, turned, words
from srq.export.rtl.processes import processes_of
from srq.fixed import Format, requantize
from srq.program import Add, Conv, Input, Output, Program, load
from srq.zoo import resolve
from tests.export.rtl.simulation import random_inputs
from tests.hw.kernels import small_program
from tests.verify.programs import tiny

LOADABLE = {"datapath": "dsp", "loadable": True, "max_width": 64}


def signed(word, bits):
    n = word % (1 << bits)
    return n - (n >> bits - 1 << bits)


def filled(core, found):
    """The matrices and biases of the core's layers with this set."""
    places = [process.layer.matrix != 0 for process in core]
    weights = [signed(word, B_BITS) for word in found]
    first, bias = 0, sum(int(each.sum()) for each in places)
    for process, each in zip(core, places, strict=True):
        matrix = np.zeros(each.shape, np.int64)
        matrix[each] = weights[first : first + int(each.sum())]
        first += int(each.sum())
        outputs = process.layer.outputs
        yield matrix, np.array([signed(word, BIAS_BITS) for word in found[bias : bias + outputs]])
        bias += outputs


def assert_computes(core, program):
    """That ``core``, filled with the words of ``program``, computes its layers."""
    sets = filled(core, words(core, program))
    for own, process, (matrix, bias) in zip(core, processes_of(program), sets, strict=True):
        layer = process.layer
        inputs = random_inputs(layer, 200, seed=2)
        sums = matrix @ inputs + bias[:, np.newaxis]
        # The half is among the biases.
        made = np.clip(sums >> own.layer.shifts[0], layer.format.lo, layer.format.hi)
        np.testing.assert_array_equal(made, layer.evaluate(inputs), err_msg=process.name)


@pytest.mark.parametrize("frac", [3, 5, 6, 8])
def test_a_core_computes_what_another_program_says(frac):
    core = small_program()
    assert_computes(opened(core), small_program(seed=4, frac=frac))
    assert_computes(opened(core), turned(core))


def test_networks_for_two_degradations_share_a_core():
    clean, compressed = (load(resolve(name, "program")) for name in ("kim-x2", "kim-x2-compressed"))
    fracs = [[step.value.format.frac for step in program.steps] for program in (clean, compressed)]
    assert fracs[0] != fracs[1]  # points of their own
    assert structure(clean) == structure(compressed)
    assert_computes(opened(clean), compressed)
    assert_computes(opened(clean), clean)


def test_a_weight_that_is_0_has_its_place():
    def program(weight):
        fmt = Format.parse("u8.8")
        conv = Conv("conv", "lr", [[[weight]]], weight_bits=4, weight_frac=2, format=fmt)
        return Program([Input("lr", fmt), conv, Output("hr", "conv")])

    full, sparse = program([3, 5, -2]), program([0, 5, 0])
    assert structure(full) == structure(sparse)
    assert layout(full) == layout(sparse)
    assert len(words(opened(sparse), full)) == 4


@pytest.mark.parametrize(
    ("core", "other", "why"),
    [
        (small_program(), tiny(), "ops, channels, kernels, widths and signs must be the same"),
        (tiny(), tiny(bits=10), "ops, channels, kernels, widths and signs must be the same"),
        (
            small_program(),
            small_program(frac=9),
            "'int' drops 10 bits of a sum, and 9 are possible",
        ),
        (
            small_program(),
            small_program(frac=-9),
            "a weight of .int. takes 23 bits, and 18 are possible",
        ),
    ],
    ids=["ops", "widths", "shift", "weights"],
)
def test_a_program_that_cannot_be_loaded_is_refused_with_the_reason(tmp_path, core, other, why):
    with pytest.raises(ProgramError, match=why):
        export(core, "rtl", tmp_path / "core", **LOADABLE, weights_of=(other,))


def test_an_accumulator_that_is_no_operand_is_refused(tmp_path):
    fmt = Format.parse("u8.8")
    weight = np.ones((1, 1, 1, 1), int)
    program = Program(
        [
            Input("lr", fmt),
            Conv("conv", "lr", weight, weight_bits=4, weight_frac=2, format=None),
            Add("once", "conv", "lr", Format.parse("s10.8")),
            Add("twice", "conv", "once", fmt),
            Output("hr", "twice"),
        ]
    )
    with pytest.raises(ProgramError, match="'conv' is an accumulator that more than one op reads"):
        export(program, "rtl", tmp_path / "core", **LOADABLE)
    assert Rtl(datapath="dsp").check(program) == []


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        (
            {"loadable": True},
            "Weights are loaded into multipliers: take the",
        ),
        ({"loadable": True, "datapath": "folded"}, "Weights are loaded into multipliers"),
        ({"weights_of": (tiny(),)}, "Weights of other programs are for a core that is loadable."),
    ],
)
def test_choices_that_make_no_sense_are_refused(choices, sentence):
    with pytest.raises(ConfigError) as error:
        Rtl(**choices)
    assert str(error.value).startswith(sentence)


def test_the_registers_of_a_set_are_counted_once_for_all_pixels():
    for pixels in (1, 4):
        core = Rtl(**LOADABLE, pixels_per_clock=pixels).core(tiny())
        total = total_of(counted(core))
        waiting = sum(module.cost.registers for module in core.modules.values())
        found = words(core.processes, tiny())
        biases = sum(module.biases for module in core.modules.values())
        bits = (len(found) - biases) * B_BITS + biases * BIAS_BITS
        assert total.registers == pixels * waiting + bits
        assert total.multipliers == pixels * (len(found) - biases)


def make(folder, *goals):
    return subprocess.run(["make", *goals], cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("program", "others", "more"),
    [
        (tiny(), (), {}),
        (small_program(), (small_program(3, frac=7),), {"target": "xilinx"}),
        (small_program(), (small_program(5, frac=4),), {"pixels_per_clock": 2, "output": "raster"}),
    ],
    ids=["turned", "other", "raster"],
)
def test_a_folder_exchanges_sets_between_frames(tmp_path, require_tool, program, others, more):
    require_tool("iverilog", "apt install iverilog")
    require_tool("verilator", "apt install verilator")
    folder = tmp_path / "core"
    export(program, "rtl", folder, **{**LOADABLE, **more}, weights_of=others)
    done = make(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines().count("equal") == 2
    done = make(folder, "lint")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("cell", "right", "wrong"),
    [
        # A set is taken over amid a frame, never, half, while it is written, in another order.
        ("srq_video_in.sv", "same_size && !changed", "same_size"),
        ("srq_weights.sv", "take && pending", "pending"),
        ("srq_weights.sv", "&& !pending && !copying", ""),
        ("srq_weights.sv", "reading && at <= LAST_WEIGHT", "reading && at < LAST_WEIGHT"),
        ("srq_chain.sv", "{d, q} >> BITS", "{q, d}"),
    ],
    ids=["never", "amid", "written", "bias", "order"],
)
def test_its_bench_finds_a_mistake(tmp_path, require_tool, cell, right, wrong):
    require_tool("iverilog", "apt install iverilog")
    folder = tmp_path / "core"
    export(tiny(), "rtl", folder, **LOADABLE)
    text = (folder / cell).read_text()
    assert right in text
    (folder / cell).write_text(text.replace(right, wrong))
    done = make(folder, "run-loading")
    assert done.returncode != 0
    assert "DIFFERENT" in done.stdout


def test_requantizing_by_more_bits_is_the_same():
    fmt, sums = Format.parse("s8.0"), np.arange(-5000, 5000)
    for shift, more in ((0, 2), (1, 2), (5, 3)):
        half = 1 << shift - 1 if shift else 0
        large = ((sums + half) << more) >> shift + more
        np.testing.assert_array_equal(np.clip(large, fmt.lo, fmt.hi), requantize(sums, shift, fmt))
