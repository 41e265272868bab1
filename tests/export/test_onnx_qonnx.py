"""The kind qonnx, in QONNX's own executor."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from srq.errors import ProgramError
from srq.export import export
from srq.fixed import Format
from srq.program import Conv, Input, Output, Program, load
from srq.program.reference import Reference
from srq.zoo import resolve
from tests.export.onnx_runs import Onnx, checked
from tests.kim_program import kim_program
from tests.strategies import pictures, programs
from tests.zoo_programs import SMALL

try:
    from qonnx.core.datatype import DataType
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx
    from qonnx.transformation.infer_datatypes import InferDataTypes
    from qonnx.transformation.infer_shapes import InferShapes
except ImportError:  # pragma: no cover
    if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
        raise
    pytest.skip("qonnx is missing; pip install 'srq[dev]'", allow_module_level=True)


def executed(program, picture):
    """The picture that QONNX's executor makes, as whole numbers."""
    model = ModelWrapper(checked(Onnx(kind="qonnx").model(program)))
    model.set_tensor_shape("input", [1, 1, *picture.shape])
    given, made = program.input.format, program.output_value.format
    values = (picture / 2.0**given.frac).astype(np.float32)[None, None]
    result = execute_onnx(model.transform(InferShapes()), {"input": values})["output"][0, 0]
    return result * 2.0**made.frac


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large,
                           HealthCheck.filter_too_much],
)  # fmt: skip
@given(st.data())
def test_any_program_that_it_takes_gives_the_references_integers(data):
    program = data.draw(programs())
    assume(not Onnx(kind="qonnx").check(program))
    picture = data.draw(pictures(program))
    np.testing.assert_array_equal(executed(program, picture), Reference(program)(picture))


@pytest.mark.parametrize("name", SMALL)
def test_the_zoo(name):
    program = load(resolve(name, "program"))
    picture = np.random.default_rng(3).integers(0, 256, (7, 12)).astype(np.uint8)
    np.testing.assert_array_equal(executed(program, picture), Reference(program)(picture))


def test_halves_of_both_signs_are_rounded_up():
    """-1.5 to -1, where QONNX's HALF_UP says -2, and 0.5 to 1, where its ROUND says 0."""
    signed, picture = Format.parse("s8.8"), Format.parse("u8.8")
    ops = [
        Input("lr", picture),
        Conv("less", "lr", [[[[-1]]]], weight_bits=2, weight_frac=1, format=signed),
        Conv("back", "less", [[[[1]]]], weight_bits=2, weight_frac=0, bias=[100], format=picture),
        Output("hr", "back"),
    ]
    program = Program(ops)
    picture = np.arange(8, dtype=np.uint8)[None]
    np.testing.assert_array_equal(executed(program, picture), [[100, 100, 99, 99, 98, 98, 97, 97]])
    np.testing.assert_array_equal(executed(program, picture), Reference(program)(picture))


def test_the_widths_are_those_of_the_program():
    program = kim_program(weight_bits=7, activation_bits=9, per_channel=True)
    model = ModelWrapper(Onnx(kind="qonnx").model(program))
    model = model.transform(InferDataTypes(allow_scaledint_dtypes=True))
    widths = {
        node.input[0]: model.get_initializer(node.input[3])
        for node in model.graph.node
        if node.op_type == "Quant"
    }
    assert {name: int(bits) for name, bits in widths.items() if name.endswith("/weight")} == {
        f"{conv.name}/weight": 7 for conv in program.convs
    }
    assert model.get_tensor_datatype("conv1/value") == DataType["SCALEDINT<9>"]


def test_what_float32_cannot_sum_is_refused_with_the_reason(tmp_path):
    weight = np.full((1, 1, 1, 9), 32767)
    picture = Format.parse("u16.16")
    program = Program(
        [
            Input("lr", Format.parse("u8.8")),
            Conv("wide", "lr", weight, weight_bits=16, weight_frac=18, format=picture),
            Output("hr", "wide"),
        ]
    )
    with pytest.raises(ProgramError) as error:
        export(program, Onnx(kind="qonnx"), tmp_path / "out")
    assert str(error.value) == (
        "This program cannot be written as onnx: op 'wide' has sums beyond 2^24 that do not"
        " saturate, and QONNX's floats are float32; use narrower weights or activations, or the"
        " kind exact."
    )
