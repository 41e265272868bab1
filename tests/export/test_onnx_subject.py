"""The subject of ``srq verify``: it runs the exporter's bytes, and shows the tensors between."""

import numpy as np
import pytest

from srq.export.onnx.plan import plan
from srq.program import load
from srq.program.reference import Reference
from srq.zoo import resolve
from tests.export.onnx_runs import Onnx, onnx, subject
from tests.kim_program import kim_program

PICTURE = np.random.default_rng(2).integers(0, 256, (12, 13)).astype(np.uint8)


@pytest.mark.parametrize("bias", [False, True])
def test_all_tensors_are_shown_but_the_pictures(bias):
    program = kim_program(bias=bias, per_channel=True, activation_bits=8)
    expected = Reference(program)(PICTURE, trace=True)
    with subject(program) as opened:
        np.testing.assert_array_equal(opened.run(PICTURE), expected["hr"][0])
        shown = opened.trace(PICTURE)
    assert [*shown] == [op.name for op in program.ops[1:-1]]
    for name, tensor in shown.items():
        np.testing.assert_array_equal(tensor, expected[name])


def test_a_sum_that_may_be_rounded_where_it_saturates_is_not_shown():
    program = load(resolve("kim-x2", "program"))
    hidden = {name for name, step in plan(program).items() if step.value.certain is not None}
    with subject(program) as opened:
        assert set(opened.trace(PICTURE)) == {op.name for op in program.ops[1:-1]} - hidden


def test_the_exporters_bytes_are_what_runs(monkeypatch):
    program = kim_program()
    written = Onnx.files

    def altered(self, program):
        files = written(self, program)
        (name,) = (name for name in files if name.endswith(".onnx"))
        model = onnx.load_from_string(files[name])
        (weight,) = (w for w in model.graph.initializer if w.name == "dw3/weight")
        weight.CopyFrom(
            onnx.numpy_helper.from_array(-onnx.numpy_helper.to_array(weight), weight.name)
        )
        return files | {name: model.SerializeToString()}

    monkeypatch.setattr(Onnx, "files", altered)
    expected = Reference(program)(PICTURE, trace=True)
    with subject(program) as opened:
        shown = opened.trace(PICTURE)
        assert (opened.run(PICTURE) != expected["hr"][0]).any()
    differing = [name for name, tensor in shown.items() if (tensor != expected[name]).any()]
    assert differing[0] == "dw3"
