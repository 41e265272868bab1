"""The HLS exporter: what it writes, what it refuses, how deep it makes FIFOs."""

import re

import numpy as np
import pytest

from srq.dataflow import Grain, Lags, cost_of
from srq.errors import ConfigError, ProgramError
from srq.export import export, open_exporter
from srq.export.hls import Hls
from srq.export.hls.graph import DEPTH, graph_of, waits_of
from srq.export.hls.parameters import parameterized, structure_of, words
from srq.export.hls.readme import DSPS
from srq.fixed import Format
from srq.program import (
    Add,
    Conv,
    Input,
    NearestUpsample,
    Output,
    PixelShuffle,
    Program,
    load,
)
from srq.zoo import resolve
from tests.hw.kernels import fifos, nested_joins, small_program
from tests.kim_program import kim_program
from tests.zoo_programs import SMALL

LUMA = Format.parse("u8.8")


def depths(program, *, width, stages):
    graph = graph_of(program, width=width, stages=stages)
    return {s.name: s.depth for s in graph.streams if s.depth > DEPTH}


def wide(channels, kernel):
    """A program of one large convolution."""
    return Program(
        [
            Input("lr", LUMA),
            Conv(
                "up",
                "lr",
                np.ones((channels, 1, 1, 1), int),
                weight_bits=2,
                weight_frac=0,
                format=Format.parse("u8.4"),
            ),
            Conv(
                "deep",
                "up",
                np.ones((1, channels, *kernel), int),
                weight_bits=2,
                weight_frac=0,
                format=LUMA,
            ),
            Output("hr", "deep"),
        ]
    )


def test_the_same_program_gives_the_same_bytes():
    program = kim_program()
    assert Hls().files(program) == Hls().files(program)


def test_every_generated_file_names_the_program(tmp_path):
    program = small_program()
    files = open_exporter("hls").files(program)
    for path in (
        "README.md",
        "kernel.hpp",
        "kernel.cpp",
        "network.hpp",
        "weights.hpp",
        "parameters.hpp",
        "vectors.hpp",
        "settings.tcl",
    ):
        assert program.fingerprint.encode() in files[path], path


def test_ops_may_have_the_names_of_keywords_and_of_each_other_s_streams():
    ops = [Input("int", LUMA)]
    for name in ("auto", "s_int", "int_to_auto"):
        ops.append(
            Conv(
                name,
                ops[-1].name,
                np.ones((1, 1, 1, 1), int),
                weight_bits=2,
                weight_frac=0,
                format=LUMA,
            )
        )
    ops += [Add("t", "int", "int_to_auto", LUMA), Output("hr", "t")]
    streams = [s.name for s in graph_of(Program(ops), width=9, stages=1).streams]
    assert len(set(streams)) == len(streams) == 7


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"max_width": 0}, "The maximum width must be an integer of 1 to 16384, not 0."),
        ({"max_width": True}, "The maximum width must be an integer of 1 to 16384, not True."),
        ({"stages": 0}, "The number of pipeline stages must be an integer of 1 to 1024, not 0."),
        ({"part": "a b"}, "A part is written like xczu15eg-ffvb1156-2-e, not 'a b'."),
        ({"clock": "fast"}, "The clock period is a number of nanoseconds, such as 4, not 'fast'."),
        ({"clock": "0.0"}, "The clock period is a number of nanoseconds, such as 4, not '0.0'."),
    ],
)
def test_choices_that_cannot_be(choices, sentence):
    with pytest.raises(ConfigError) as error:
        Hls(**choices)
    assert str(error.value) == sentence


def test_more_multipliers_than_there_are_is_refused(tmp_path):
    with pytest.raises(ProgramError, match="would need 48640 multipliers, .* smaller network"):
        export(wide(256, (3, 63)), Hls(), tmp_path / "hls")


def test_a_beat_wider_than_axi_is_refused(tmp_path):
    program = Program(
        [Input("lr", LUMA), NearestUpsample("large", "lr", 16), Output("hr", "large")]
    )
    with pytest.raises(ProgramError, match="a beat of 256 pixels takes 2048 bits"):
        export(program, Hls(), tmp_path / "hls")


def test_fifos_where_two_paths_meet_are_as_deep_as_the_longer_one():
    # To `nearest`: three 3x3 kernels and two 1x5 ones, that is 3 lines and 7 pixels; 12
    # processes (9 convolutions, the first sum, the fork of `conv1`, the shuffle), each with its
    # pipeline and a FIFO. To `skip`: 4 pixels, 4 convolutions.
    for width, stages in ((1920, 32), (64, 1), (1, 7)):
        assert depths(kim_program(), width=width, stages=stages) == {
            "S_lr_TO_nearest": DEPTH + 3 * width + 7 + 12 * (stages + 1),
            "S_conv1_TO_skip": DEPTH + 4 + 4 * (stages + 1),
        }


def test_of_two_paths_of_one_length_either_may_be_late():
    ones = np.ones((1, 1, 3, 3), int)
    both = [
        Conv(name, "lr", ones, weight_bits=2, weight_frac=0, format=LUMA) for name in ("one", "two")
    ]
    ops = [Input("lr", LUMA), *both, Add("sum", "one", "two", LUMA), Output("hr", "sum")]
    # Of one, the pipeline may be empty, and the other's full.
    assert depths(Program(ops), width=10, stages=5) == {
        "S_one": DEPTH + 5 + 1,
        "S_two": DEPTH + 5 + 1,
    }


def test_a_sum_that_has_waited_enough_does_not_wait_again():
    # `first` lags by 20, and by the pipelines of `slow` and itself at worst. `quick` lags by 5, and
    # by its own and a fork's at worst: `first` comes later in any case.
    assert depths(nested_joins(), width=1920, stages=1) == {
        "S_lr_TO_first": DEPTH + 20 + 1 + 1,
        "S_quick": DEPTH + 15 + 2 * (1 + 1),
    }


def test_without_pipelines_the_waits_are_the_dataflows():
    for program in (kim_program(), nested_joins(), small_program()):
        lags = Lags(program, grain=Grain.BLOCK, width=99)
        graph = graph_of(program, width=99, stages=1)
        waits = waits_of(graph, lags, width=99, pipeline=0)
        assert set(waits) == {join.step.op.name for join in lags.joins}
        for join in lags.joins:
            a, b = (lags[source.name].clocks(99) for source in join.step.sources)
            assert waits[join.step.op.name] == (b - a, a - b)


def test_the_depths_written_are_those_derived(tmp_path):
    program = kim_program()
    export(program, Hls(max_width=100, stages=3), tmp_path / "hls")
    graph = graph_of(program, width=100, stages=3)
    written = fifos(tmp_path / "hls")
    assert {s.name: s.depth for s in graph.streams}.items() <= written.items()
    page = (tmp_path / "hls" / "README.md").read_text()
    for name, depth in depths(program, width=100, stages=3).items():
        assert re.search(rf"\| `{name}` \| {depth} \|", page)


def widths(program):
    """What one bitstream fixes: the scale, the bits of weights and of values."""
    bits = [step.value.format and step.value.format.bits for step in program.steps]
    return program.scale, [conv.weight_bits for conv in program.convs], bits


@pytest.mark.parametrize("name", SMALL)
def test_a_structure_is_shared_by_programs_that_differ_in_parameters_only(name):
    program = load(resolve(name, "program"))
    twin = load(resolve("kim-x2", "program"))
    assert (structure_of(program) == structure_of(twin)) is (widths(program) == widths(twin))
    assert (len(words(program)) == len(words(twin))) is (program.scale == 2)


@pytest.mark.parametrize(
    "change", [{"weight_bits": 9}, {"activation_bits": 12}, {"bias": True}, {"scale": 3}]
)
def test_another_width_bias_or_scale_is_another_structure(change):
    assert structure_of(kim_program(**change)) != structure_of(kim_program())
    assert structure_of(kim_program(seed=1, per_channel=True)) == structure_of(kim_program())


def test_parameters_are_in_the_order_in_which_they_are_dealt_out():
    program = kim_program(bias=True)
    image = words(program)
    dealt = list(parameterized(program))
    assert dealt[0][1] == 0
    assert dealt[-1][1] + dealt[-1][2] == len(image)
    for step, first, count in dealt:
        if isinstance(step.op, Conv):
            weights, biases = step.op.weight.size, step.op.out_channels
            assert image[first : first + weights] == step.op.weight.reshape(-1).tolist()
            assert image[first + weights : first + weights + biases] == step.op.bias.tolist()
            assert tuple(image[first + weights + biases : first + count]) == step.shifts
        else:
            assert tuple(image[first : first + count]) == (*step.aligns, step.shifts[0])


def test_a_program_without_parameters_can_be_written(tmp_path):
    program = Program([Input("lr", LUMA), NearestUpsample("large", "lr", 2), Output("hr", "large")])
    export(program, Hls(), tmp_path / "hls")
    assert (tmp_path / "hls" / "parameters.txt").read_text() == ""


def test_a_shuffle_of_the_input_s_own_lanes_needs_no_memory():
    program = Program(
        [
            Input("lr", LUMA),
            Conv("up", "lr", np.ones((4, 1, 1, 1), int), weight_bits=2, weight_frac=0, format=LUMA),
            PixelShuffle("large", "up", 2),
            Output("hr", "large"),
        ]
    )
    assert depths(program, width=1920, stages=32) == {}


@pytest.mark.parametrize("name", SMALL)
def test_the_default_part_has_a_slice_for_each_weight_of_a_small_network(name):
    multipliers = cost_of(load(resolve(name, "program"))).multipliers
    assert all(activation < 27 and weight <= 18 for activation, weight in multipliers)
    slices = next(n for part, n in DSPS.items() if Hls.part.startswith(part))
    assert sum(multipliers.values()) <= slices


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (Hls.part, "has 3528: both builds fit"),
        ("xczu7ev-ffvc1156-2-e", "has 1728: loaded weights do not fit"),
        ("xc7z020clg400-1", "Compare this with the slices of xc7z020clg400-1."),
    ],
)
def test_the_readme_says_whether_loaded_weights_fit_the_part(part, sentence):
    program = load(resolve("kim-x2", "program"))
    page = Hls(part=part).files(program)["README.md"].decode()
    assert "2560 of them, each a DSP slice" in page
    assert sentence in page
