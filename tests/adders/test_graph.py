"""Graphs against the matrix product, and their widths against what inputs can make of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from srq import zoo
from srq.adders import AdderGraph, Term, digits, graph_of, matrix_of
from srq.adders.graph import bits_of
from srq.program import load
from tests.kim_program import kim_program


@st.composite
def _cases(draw: DrawFn):
    """A matrix, constants, the ranges of inputs, and a seed for inputs within them."""
    shape = draw(st.tuples(st.integers(1, 7), st.integers(1, 9)))
    bits = draw(st.integers(1, 10))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    matrix = rng.integers(-(1 << bits), (1 << bits) + 1, shape)
    matrix[rng.random(shape) < draw(st.sampled_from([0, 0.3, 0.9]))] = 0
    if shape[0] > 2 and draw(st.booleans()):
        matrix[1] = -2 * matrix[0]
    ends = np.sort(rng.integers(-300, 300, (shape[1], 2)), axis=1)
    constants = draw(
        st.none() | st.lists(st.integers(-900, 900), min_size=shape[0], max_size=shape[0])
    )
    return matrix, constants, [(int(lo), int(hi)) for lo, hi in ends], rng


def _corners(matrix: np.ndarray, inputs: list[tuple[int, int]]) -> np.ndarray:
    """Inputs (inputs, 2 * outputs) at which each output is least, and greatest."""
    lo, hi = np.array(inputs).transpose()
    return np.concatenate([np.where(matrix > 0, lo, hi).T, np.where(matrix > 0, hi, lo).T], axis=1)


def _checked(graph: AdderGraph) -> None:
    """What a graph promises of its adders."""
    ranges, depths = graph.ranges, [0] * graph.first_adder
    for number, adder in enumerate(graph.adders, graph.first_adder):
        assert 1 <= len(adder.terms) <= 3
        assert len(adder.terms) > 1 or all(term.negative for term in adder.terms)
        assert all(term.value < number for term in adder.terms)
        assert 0 in [term.shift for term in adder.terms]
        depths.append(1 + max(depths[term.value] for term in adder.terms))
        assert adder.depth == depths[-1]
        own = [ranges[term.value] for term in adder.terms]
        assert adder.bits == bits_of(adder.terms, own, (adder.lo, adder.hi)) <= adder.width
    assert not any(term.negative for term in graph.outputs if term)


@given(_cases())
def test_a_graph_computes_the_product(case):
    matrix, constants, inputs, rng = case
    graph = graph_of(matrix, inputs, constants=constants)
    random = np.stack([rng.integers(lo, hi + 1, 20) for lo, hi in inputs])
    given_ = np.concatenate([random, _corners(matrix, inputs)], axis=1)
    wanted = matrix @ given_ + np.array(constants or [0] * len(matrix))[:, None]
    for made in (graph, graph.fused()):
        _checked(made)
        assert (made.evaluate(given_) == wanted).all()
        assert [made.output_range(i) for i in range(len(matrix))] == [
            (int(row.min()), int(row.max())) for row in wanted
        ]


@given(_cases())
def test_every_value_reaches_both_ends_of_its_range(case):
    matrix, constants, inputs, _ = case
    for graph in (made := graph_of(matrix, inputs, constants=constants), made.fused()):
        count = len(graph.adders)
        terms = tuple(Term(graph.first_adder + index) for index in range(count))
        seen = AdderGraph(graph.inputs, graph.constants, graph.adders, terms)
        # How much of each input is in each value.
        zero = seen.evaluate(np.zeros((len(inputs), 1), np.int64))
        parts = seen.evaluate(np.eye(len(inputs), dtype=np.int64)) - zero
        ends = seen.evaluate(_corners(parts, inputs))
        for index, adder in enumerate(graph.adders):
            assert (ends[index, index], ends[index, count + index]) == (adder.lo, adder.hi)


@given(_cases())
def test_depth_is_bounded(case):
    matrix, constants, inputs, _ = case
    sizes = [
        sum(len(digits(int(weight))) for weight in row) + bool(constant)
        for row, constant in zip(matrix, constants or [0] * len(matrix), strict=True)
    ]
    # A tree of depth d has at most 2^d leaves.
    least = max((size - 1).bit_length() for size in [*sizes, 1])
    graph = graph_of(matrix, inputs, constants=constants)
    flat = graph_of(matrix, inputs, constants=constants, depth=0)
    assert _depth_of_sums(graph) <= least + 2
    assert _depth_of_sums(flat) <= least
    assert graph.fused().depth <= graph.depth
    assert graph.fused().bits <= graph.bits


def _depth_of_sums(graph: AdderGraph) -> int:
    """The depth without adders that only negate."""
    return max((adder.depth for adder in graph.adders if len(adder.terms) > 1), default=0)


def test_what_two_outputs_need_is_made_once():
    # 5 a + 5 b: once a + b, once times 5.
    graph = graph_of([[5, 5], [5, 5]], [(0, 255), (0, 255)])
    assert len(graph.adders) == 2
    assert graph.outputs[0] == graph.outputs[1]
    assert graph.output_range(0) == (0, 2550)


def test_low_bits_that_pass_through_take_no_adders():
    # a + 16 b of 8 bits each: 13 bits (255 * 17 = 4335), of which 4 are a's.
    (adder,) = graph_of([[1, 16]], [(0, 255), (0, 255)]).adders
    assert (adder.width, adder.bits) == (13, 9)
    # a stands beside 256 b.
    (adder,) = graph_of([[1, 256]], [(0, 255), (0, 255)]).adders
    assert (adder.width, adder.bits) == (16, 0)
    # What is taken away does not pass.
    (adder,) = graph_of([[-1, 16]], [(0, 255), (0, 255)]).adders
    assert (adder.width, adder.bits) == (13, 13)


def test_an_output_of_nothing_and_one_of_a_shift():
    graph = graph_of([[0, 0], [0, 8]], [(0, 1), (-4, 3)])
    assert graph.outputs == (None, Term(1, 3))
    assert not graph.adders
    assert graph.output_range(1) == (-32, 24)
    assert graph_of([[0]], [(0, 1)], constants=[-6]).evaluate([[1]]).tolist() == [[-6]]


def test_an_input_that_is_always_zero_takes_no_adder():
    graph = graph_of([[3, 1, 5], [7, 0, 0]], [(0, 0), (0, 9), (0, 0)])
    assert not graph.adders
    assert graph.outputs == (Term(1), None)


def test_three_operands_take_fewer_adders():
    graph = graph_of([[1, 1, 1]], [(0, 15)] * 3)
    assert (len(graph.adders), len(graph.fused().adders), graph.fused().bits) == (2, 1, 6)


def _convolutions(program):
    for step in program.steps:
        if step.op.kind.value == "conv":
            yield step, program.ranges.values[step.op.source]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in zoo.names("program") if "kim" in name])
def test_graphs_of_the_zoos_convolutions(name):
    rng = np.random.default_rng(0)
    for step, source in _convolutions(load(zoo.resolve(name, "program"))):
        matrix = matrix_of(step.op.weight, step.op.groups)
        channels = np.arange(matrix.shape[1]) % step.op.in_channels
        # A tap beyond the border is zero.
        lo, hi = np.minimum(source.lo, 0)[channels], np.maximum(source.hi, 0)[channels]
        inputs = list(zip(lo.tolist(), hi.tolist(), strict=True))
        halves = [1 << shift - 1 if shift > 0 else 0 for shift in step.shifts]
        graph = graph_of(matrix, inputs, constants=halves)
        given_ = rng.integers(lo[:, None], hi[:, None] + 1, (len(lo), 16))
        given_ = np.concatenate([given_, _corners(matrix, inputs)], axis=1)
        wanted = matrix @ given_ + np.array(halves)[:, None]
        for made in (graph, graph.fused()):
            _checked(made)
            assert (made.evaluate(given_) == wanted).all()


def test_a_convolution_is_its_matrix_over_a_window():
    for conv in kim_program().convs:
        out, inner, rows, columns = conv.weight.shape
        window = np.random.default_rng(1).integers(-50, 50, (rows, columns, conv.in_channels))
        matrix = matrix_of(conv.weight, conv.groups)
        each = out // conv.groups
        wanted = [
            sum(
                int(conv.weight[o, i, y, x]) * int(window[y, x, o // each * inner + i])
                for i in range(inner)
                for y in range(rows)
                for x in range(columns)
            )
            for o in range(out)
        ]
        assert (matrix @ window.reshape(-1)).tolist() == wanted
