"""The layout in time and memory: by hand for small Programs, by simulation for any."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.export.c.memory import Size
from srq.export.c.schedule import schedule
from srq.fixed import Format
from srq.program import Add, Conv, Input, NearestUpsample, Output, Padding, PixelShuffle, Program
from tests.dataflow.oracle import c_machine, simulate
from tests.export.c_programs import odd_program
from tests.kim_program import kim_program
from tests.strategies import programs

U8 = Format.parse("u8.8")


def column(name, source, rows, top):
    """A convolution of so many rows and one column."""
    weight = np.ones((1, 1, rows, 1), np.int64)
    padding = Padding(top, rows - 1 - top, 0, 0)
    return Conv(name, source, weight, weight_bits=2, weight_frac=2, padding=padding, format=U8)


def test_the_papers_network_has_lines_only_where_it_must():
    plan = schedule(kim_program())
    assert plan.delay == 3
    assert [segment.names for segment in plan.segments] == [
        ("lr",),
        ("conv1",),
        ("dw2", "pw2"),
        ("dw3", "pw3", "skip"),
        ("dw4", "pw4"),
        ("dw5", "pw5"),
        ("nearest", "shuffled", "sum", "hr"),
    ]
    depths = {name: place.depth for name, place in plan.places.items() if place.depth}
    assert depths == {"lr": 4, "conv1": 1, "pw2": 1, "skip": 3, "pw4": 3, "pw5": 1}
    assert plan.places["skip"].size == Size(columns=3 * 32, fixed=3 * 32 * 2)


def test_the_earlier_branch_of_an_add_waits_in_its_lines():
    program = Program(
        [
            Input("lr", U8),
            column("down", "lr", 4, 0),
            column("up", "lr", 3, 2),
            Add("sum", "down", "up", U8),
            Output("hr", "sum"),
        ]
    )
    plan = schedule(program)
    assert {name: place.lag for name, place in plan.places.items()} == {
        "lr": 0,
        "down": 3,
        "up": 0,
        "sum": 3,
        "hr": 3,
    }
    assert plan.places["lr"].depth == 4
    assert plan.places["up"].depth == 4
    assert plan.places["down"].depth == 0
    assert plan.delay == 3


def test_a_delay_after_a_change_of_scale_is_spent_before_it():
    plan = schedule(kim_program(4))
    assert plan.places["nearest"].lag == 12
    assert plan.places["nearest"].depth == 0
    assert plan.places["lr"].depth == 4


def test_a_delay_of_part_of_a_line_rounds_up_to_a_tick():
    program = Program(
        [
            Input("lr", U8),
            NearestUpsample("large", "lr", 3),
            column("low", "large", 2, 0),
            Output("hr", "low"),
        ]
    )
    plan = schedule(program)
    assert plan.output.lag == 1
    assert plan.delay == 1
    assert [plan.lines_of_tick(tick, 2) for tick in range(3)] == [
        range(2),
        range(2, 5),
        range(5, 6),
    ]


def test_values_that_are_never_alive_together_share_an_array():
    weight = np.ones((1, 1, 1, 3), np.int64)
    convs = [
        Conv(f"v{n + 1}", f"v{n}", weight, weight_bits=2, weight_frac=2, format=U8)
        for n in range(6)
    ]
    plan = schedule(Program([Input("v0", U8), *convs, Output("hr", "v6")]))
    assert [member.tenants for member in plan.members] == [("v0", "v2", "v4"), ("v1", "v3", "v5")]


def test_the_size_of_the_state_counts_every_member():
    memory = schedule(kim_program()).memory
    # lr 4, conv1 32, pw2 16, skip 3 x 32, pw4 3 x 16 lines of 2 bytes; pw5 4 lines of 4.
    assert memory.halves.columns == 4 + 32 + 16 + 3 * 32 + 3 * 16
    assert memory.words.columns == 4
    assert memory.words.blocks == 4 + 32
    assert memory.halves.blocks == 32


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_every_line_that_is_read_is_there_and_still_the_right_one(data):
    program = data.draw(programs(max_ops=9))
    check(program, data.draw(st.integers(1, 5)))


def test_simulated_with_everything_rare():
    check(odd_program(), 1)
    check(odd_program(), 9)


def check(program, height):
    """Simulates the schedule; its lines of each tick are those that the simulation writes."""
    plan = schedule(program)
    simulate(c_machine(plan), program, height)
    lines = [n for tick in range(height + plan.delay) for n in plan.lines_of_tick(tick, height)]
    assert lines == list(range(program.scale * height))


def test_a_view_of_a_view_waits_as_long_as_what_reads_it():
    weight = np.ones((4, 1, 1, 1), np.int64)
    program = Program(
        [
            Input("lr", U8),
            NearestUpsample("twice", "lr", 2),
            NearestUpsample("four", "twice", 2),
            column("low", "lr", 3, 0),
            Conv("wide", "low", weight, weight_bits=2, weight_frac=2, format=U8),
            PixelShuffle("dealt", "wide", 2),
            NearestUpsample("again", "dealt", 2),
            Add("sum", "again", "four", U8),
            Output("hr", "sum"),
        ]
    )
    plan = schedule(program)
    assert plan.places["four"].lag == 8
    assert plan.places["twice"].lag == 4
    assert plan.places["lr"].depth == 3
    check(program, 4)
