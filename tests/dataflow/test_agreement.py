"""Every target agrees with the dataflow, and with what is counted, on a thousand Programs."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srq.dataflow import (
    Grain,
    Lags,
    cost_of,
    is_view,
    lines_kept,
    reach_of,
    sides_needed,
    sides_seen,
    whole,
    window_of,
)
from srq.dataflow.planes import Planes
from srq.export.c.schedule import schedule
from srq.export.hls.graph import graph_of, waits_of
from srq.program import Conv
from tests.dataflow.oracle import (
    block_of,
    c_machine,
    native,
    native_machine,
    rows_of,
    simulate,
)
from tests.strategies import programs


@settings(
    max_examples=1000,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(programs(max_ops=9), st.integers(1, 60), st.integers(1, 6), st.data())
def test_all_agree(program, width, height, data):
    lags = Lags(program)
    counted(program, lags)
    cost_agrees(program, width)
    c_agrees(program, lags, height)
    hls_agrees(program, width)
    planes_agree(program)
    if native is not None:
        top = data.draw(st.integers(0, height - 1))
        native_agrees(program, lags, height, range(top, data.draw(st.integers(top + 1, height))))


def counted(program, lags):
    """The lags are what the lines of the output wait for, counted one by one."""
    rows, output = rows_of(program), program.output.name
    for y in range(program.scale):
        first, last = rows(output, y)
        assert last == floor(Fraction(y, program.scale) + lags[output].lines)
        assert first == floor(Fraction(y, program.scale) - sides_seen(program)[output].top)
    assert reach_of(program) == sides_needed(program)[program.input.name].whole()
    assert reach_of(program).bottom == whole(lags[output].lines)


def cost_agrees(program, width):
    cost, lags = cost_of(program, width=width), Lags(program, width=width)
    assert cost.latency == lags[program.output.name]
    assert cost.reach == reach_of(program)
    for op, step in zip(cost.ops, program.steps, strict=True):
        assert op.latency == lags.own[op.name]
        if isinstance(step.op, Conv):
            (source,) = step.sources
            line = source.channels * source.format.bits * source.scale * width
            assert op.line_bits == (window_of(step, Grain.LINE).rows - 1) * line


def c_agrees(program, lags, height):
    plan = schedule(program)
    for name, place in plan.places.items():
        lag = lags.latest[name] if is_view(place.step.op) else lags[name].lines
        assert place.lag == floor(lag * place.scale)
    assert plan.delay == reach_of(program).bottom
    for name, used in simulate(c_machine(plan), program, height).items():
        assert used <= plan.places[name].depth


def native_agrees(program, lags, height, region):
    machine = native_machine(program, lags)
    needed = sides_needed(program)
    kept = dict.fromkeys(machine.rings, 0)
    for (stage,) in machine.groups:
        lag = lags[stage.name].lines
        assert Fraction(stage.lag, stage.scale) == lag
        beyond = needed[stage.name].whole(stage.scale)
        assert (stage.above, stage.below) == (beyond.top, beyond.bottom)
        for name, top, _ in stage.reads:
            source = program.step(name).value
            kept[name] = max(kept[name], lines_kept(source, lag - lags[name].lines, top))
    assert {name: depth for name, (_, depth) in machine.rings.items()} == kept
    simulate(machine, program, height, region)


def hls_agrees(program, width):
    lags = Lags(program, grain=Grain.BLOCK, width=width)
    output, last = program.output.name, block_of(program, width)
    assert last(output, 0, 0) == lags[output].clocks(width)
    waits = waits_of(graph_of(program, width=width, stages=1), lags, width=width, pipeline=0)
    assert list(waits) == [join.step.op.name for join in lags.joins]
    for join in lags.joins:
        a, b = (last(source.name, 0, 0) for source in join.step.sources)
        assert waits[join.step.op.name] == (b - a, a - b)
        assert [wait.clocks(width) for wait in join.waits] == [max(b - a, 0), max(a - b, 0)]


def planes_agree(program):
    for name, taps in Planes(program).taps.items():
        window = window_of(program.step(name), Grain.BLOCK)
        for offsets, before, after in (
            (taps.dy, window.top, window.bottom),
            (taps.dx, window.left, window.right),
        ):
            assert offsets.size == 0 or (-before <= offsets.min() and offsets.max() <= after)


@pytest.mark.skipif(
    native is None, reason="the native engine is not built; run scripts/install dev"
)
@settings(max_examples=50, derandomize=True, database=None, deadline=None)
@given(programs())
def test_no_ring_of_the_native_engine_is_a_line_too_long(program):
    machine = native_machine(program, Lags(program))
    height = 2 * machine.delay + max(depth for _, depth in machine.rings.values())
    used = simulate(machine, program, height)
    assert used == {name: depth for name, (_, depth) in machine.rings.items()}
