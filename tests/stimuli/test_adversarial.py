import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.dataflow import reach_of
from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, Padding, PixelShuffle, Program
from srq.program.reference import Reference, accumulate
from srq.stimuli import adversarial
from srq.stimuli.adversarial import driven
from srq.stimuli.slopes import backward, forward
from tests.kim_program import kim_program
from tests.strategies import pictures, programs
from tests.verify.programs import tiny


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_the_floats_are_the_reference_s_integers(data):
    program = data.draw(programs())
    picture = data.draw(pictures(program))
    made = forward(program.steps, picture[None, None].astype(float)).values
    for name, tensor in Reference(program)(picture, trace=True).items():
        np.testing.assert_array_equal(made[name][0], tensor)


def test_the_slope_is_exactly_what_the_sum_gains_where_nothing_is_rounded():
    steps = linear().steps[:-2]
    picture = np.random.default_rng(1).integers(0, 2, (1, 1, 5, 6)).astype(float)
    before = forward(steps, picture)
    wanted = np.zeros_like(before.sums["sum"])
    wanted[0, 1, 4, 7] = 1
    slope = backward(steps, before, wanted)
    assert np.count_nonzero(slope) > 6
    for y, x in np.ndindex(5, 6):
        moved = picture.copy()
        moved[0, 0, y, x] += 1
        gained = forward(steps, moved).sums["sum"] - before.sums["sum"]
        assert gained[0, 1, 4, 7] == slope[0, 0, y, x]


def linear():
    """Groups, an even kernel, uneven borders, a shuffle, an alignment; no shift rounds."""
    rng = np.random.default_rng(0)
    picture, wide = Format.parse("u8.8"), Format.parse("s16.8")
    small = rng.integers(-1, 2, (4, 1, 2, 3)), rng.integers(-1, 2, (8, 2, 1, 3))
    return Program(
        [
            Input("lr", picture),
            Conv("a", "lr", small[0], weight_bits=4, weight_frac=0, format=wide,
                 padding=Padding(1, 0, 1, 1)),
            Conv("b", "a", small[1], weight_bits=4, weight_frac=2, groups=2,
                 padding=Padding(0, 0, 2, 0)),
            PixelShuffle("shuffled", "b", 2),
            Conv("c", "a", small[0][:2].repeat(4, axis=1), weight_bits=4, weight_frac=0,
                 padding=Padding(1, 0, 0, 2)),
            NearestUpsample("nearest", "c", 2),
            Add("sum", "shuffled", "nearest", Format.parse("s16.10")),
            Conv("last", "sum", np.ones((1, 2, 1, 1), int), weight_bits=4, weight_frac=0,
                 format=picture),
            Output("hr", "last"),
        ]
    )  # fmt: skip


def test_one_layer_is_driven_to_the_bounds_of_its_proof():
    program = tiny()
    op = program.convs[0]
    name, picture = next(driven(program))
    assert name == op.name == "head"
    sums = accumulate(op, picture[None].astype(np.int32))
    bounds = program.ranges.accumulators[name]
    np.testing.assert_array_equal(sums.min(axis=(1, 2)), bounds.lo)
    np.testing.assert_array_equal(sums.max(axis=(1, 2)), bounds.hi)


def test_deeper_sums_go_further_than_noise_takes_them():
    program = kim_program(seed=1)
    reference = Reference(program)
    noise = np.random.default_rng(0).integers(0, 2, (31, 37)).astype(np.uint8) * 255
    by_noise = reference(noise, trace=True)
    for name, picture in driven(program, channels=8):
        step = program.step(name)
        if not isinstance(step.op, Conv):
            continue
        reached = {}
        for kind, trace in (("driven", reference(picture, trace=True)), ("noise", by_noise)):
            sums = accumulate(step.op, trace[step.op.source])
            span = np.linspace(0, step.value.channels - 1, min(8, step.value.channels)).astype(int)
            reached[kind] = (sums.max(axis=(1, 2)) - sums.min(axis=(1, 2)))[span].astype(float)
        # Noise has a thousand places to try in, a driven channel two.
        assert reached["driven"].mean() >= reached["noise"].mean(), name
    assert reached["driven"].mean() > 1.05 * reached["noise"].mean()


def test_every_op_that_sums_is_driven_and_a_wide_reach_is_cut():
    program = kim_program()
    assert [name for name, _ in driven(program, channels=2)] == [
        step.op.name for step in program.steps if step.shifts
    ]
    reach = reach_of(program)
    for _, picture in driven(program, channels=2):
        assert picture.shape == (reach.rows, 4 * reach.columns)


def test_climbs_in_groups_are_those_of_all_at_once(monkeypatch):
    program = tiny()
    # What is random is drawn for a group, so the first of each is what must not change.
    whole = [picture for _, picture in driven(program)]
    monkeypatch.setattr(adversarial, "_MOST_FLOATS", 1 << 14)
    parts = [picture for _, picture in driven(program)]
    assert [picture.shape for picture in parts] == [picture.shape for picture in whole]
    np.testing.assert_array_equal(parts[0], whole[0])


def test_a_program_that_takes_much_is_driven_in_fewer_channels(monkeypatch):
    pictures = list(driven(kim_program(), channels=4))
    monkeypatch.setattr(adversarial, "_MOST_WORK", 1)
    for (name, many), (same, few) in zip(pictures, driven(kim_program(), channels=4), strict=True):
        assert (name, few.shape[1]) == (same, many.shape[1] // 4)
