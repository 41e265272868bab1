"""What hw/formal proves, and that a wrong cell or a wrong layer is refuted."""

import numpy as np
import pytest
import z3  # noqa: F401 (without it the proofs cannot be run)

from benchmarks.hardware import proofs
from benchmarks.hardware.proofs import (
    CELLS,
    FORMAL,
    HARDWARE,
    STREAMS,
    Proof,
    layer_texts,
    prove,
    prove_layer,
)
from srq.adders import AdderGraph
from srq.export.rtl.datapath import Choices, Layer, Port
from srq.export.rtl.datapath.constant import constant_plan
from srq.export.rtl.datapath.properties import graph_is_matrix
from srq.fixed import Format
from srq.fixed.intervals import Interval


@pytest.fixture(autouse=True)
def yosys(require_package):
    require_package("pyosys")


def small_layer(out="s8.4", shift=4):
    """Three inputs, two outputs, in which a sum is shared."""
    return Layer(
        "small",
        (Port("x", Format.parse("s6.3"), Interval(np.full(3, -32), np.full(3, 31))),),
        np.array([[45, -7, 3], [45, -7, -96]]),
        np.array([0, 1000]),
        (shift, shift),
        Format.parse(out),
    )


# The longest, a FIFO of three words and a whole window, are left to
# `python -m benchmarks.hardware.proofs`.
LONG = [("DEPTH", 3), ("BOTTOM", 1)]
QUICK = [proof for proof in STREAMS if not set(LONG) & set(proof.parameters)]


@pytest.mark.parametrize("proof", [*CELLS, *QUICK], ids=lambda proof: proof.name)
def test_cells_are_proved(proof):
    verdict = prove(proof)
    assert verdict.holds, verdict.said


def test_a_wrong_proof_of_a_range_is_refuted():
    # LOW = 0 on a cell whose sums do go below: the assumption in the proof is taken away.
    text = (FORMAL / "requantize.sv").read_text()
    wrong = text.replace("assume (rounded >= LO);", ";").replace(
        "module requantize", "module wrong"
    )
    assert not prove(Proof("wrong", (), (("LOW", 0),)), {"wrong.sv": wrong}).holds


@pytest.mark.parametrize(
    ("cell", "top", "right", "wrong"),
    [
        ("srq_fork.sv", "fork_", "taken | m_ready;", "m_ready;"),
        ("srq_skid.sv", "skid", "full ? held : s_data", "s_data"),
        ("srq_line.sv", "line", "q <= fetched", "q <= memory[read_at]"),
        ("srq_window.sv", "window", "turn ? column_first", "next_start ? column_first"),
        ("srq_axi_lite.sv", "axi_lite", "&& !read\n", "\n"),
        ("srq_weights.sv", "weights", "&& !pending && !copying", ""),
        ("srq_video_in.sv", "video_in", "if (!m_valid || m_ready) changed", "changed"),
        ("srq_flow.sv", "flow", "write = under_way[LATENCY-1]", "write = under_way[0]"),
        ("srq_flow.sv", "flow", "free != (PLACE + 1)'(1)", "1'b1"),
        ("srq_pipe.sv", "pipe", "ce = m_ready || !m_valid", "ce = 1'b1"),
    ],
)
def test_an_edited_cell_is_refuted(cell, top, right, wrong, tmp_path, monkeypatch):
    for path in HARDWARE.glob("*.sv"):
        text = path.read_text()
        if path.name == cell:
            assert right in text
            text = text.replace(right, wrong)
        (tmp_path / path.name).write_text(text)
    monkeypatch.setattr(proofs, "HARDWARE", tmp_path)
    assert not prove(next(proof for proof in STREAMS if proof.top == top)).holds


@pytest.mark.parametrize("ternary", [False, True])
@pytest.mark.parametrize("out", ["s8.4", "u8.4"])
def test_layers_are_proved(out, ternary):
    verdict = prove_layer(small_layer(out), Choices(ternary=ternary, every=1 + ternary))
    assert verdict.holds, verdict.said


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(" + ", " - "), (".SHIFT(4)", ".SHIFT(5)"), ("_d1 <= v", "_d1 <= ~v")],
)
def test_an_edited_layer_is_refuted(right, wrong):
    layer = small_layer()
    texts = layer_texts(constant_plan(layer, every=1, ternary=False))
    module, properties = texts["layer.sv"].split("    reg past_is_known")
    assert right in module
    edited = module.replace(right, wrong, 1) + "    reg past_is_known" + properties
    assert not prove(Proof("layer", (), steps=2), {"layer.sv": edited}).holds


def test_a_graph_of_another_matrix_is_none_of_the_layer():
    layer = small_layer()
    graph = constant_plan(layer, every=1, ternary=False).graph
    assert graph_is_matrix(graph, layer)
    swapped = AdderGraph(graph.inputs, graph.constants, graph.adders, graph.outputs[::-1])
    assert not graph_is_matrix(swapped, layer)
