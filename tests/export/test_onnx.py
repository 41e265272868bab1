"""The kind exact in code values: the reference's integers, however onnxruntime is set."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srq import __version__
from srq.errors import ConfigError, ProgramError
from srq.export import export, open_exporter
from srq.fixed import Format
from srq.program import Conv, Input, Output, Program, Requantize, load
from srq.program.reference import Reference
from srq.zoo import resolve
from tests.export.onnx_runs import (
    LEVELS,
    Onnx,
    checked,
    exact_luma,
    file_name,
    session,
    upscaled,
)
from tests.kim_program import kim_program
from tests.strategies import pictures, programs
from tests.zoo_programs import SMALL

ZOO = {name: load(resolve(name, "program")) for name in SMALL}
SIZES = [(1, 1), (1, 2), (2, 1), (1, 40), (40, 1), (3, 5), (8, 8), (13, 31), (37, 23)]
STANDARD = {"Add", "Cast", "Clip", "Concat", "Conv", "DepthToSpace", "Floor", "Mul"}


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def natural():
    """Shapes and slopes, as a photo has them: most sums are far from their bounds."""
    y, x = np.mgrid[0:61, 0:83]
    scene = 128 + 90 * np.sin(x / 7.0) * np.cos(y / 5.0) + 30 * ((x + y) % 23 < 9)
    return np.clip(scene, 0, 255).astype(np.uint8)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_any_program_gives_the_references_integers(data):
    program = data.draw(programs(picture_bits=(8, 9, 10, 12, 16)))
    picture = data.draw(pictures(program))
    model = checked(exact_luma(program))
    made = upscaled(model, picture, level=data.draw(st.sampled_from(LEVELS)))
    expected = Reference(program)(picture)
    assert made.dtype == expected.dtype
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize("name", ZOO)
def test_the_zoo_at_many_sizes(name):
    opened = session(Onnx().model(ZOO[name]))
    reference = Reference(ZOO[name])
    for shape in SIZES:
        np.testing.assert_array_equal(upscaled(opened, noise(*shape)), reference(noise(*shape)))
    np.testing.assert_array_equal(upscaled(opened, natural()), reference(natural()))


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("threads", [1, 2, 3, 4])
def test_no_optimisation_and_no_number_of_threads_changes_a_bit(level, threads):
    program = ZOO["kim-x2"]
    extreme = (noise(50, 47) >> 7) * np.uint8(255)
    for picture in (natural(), extreme):
        made = upscaled(exact_luma(program), picture, threads=threads, level=level)
        np.testing.assert_array_equal(made, Reference(program)(picture))


@pytest.mark.parametrize("name", ZOO)
def test_openvino_gives_the_same_in_float32(name):
    """Another runtime with other algorithms: the proof does not depend on onnxruntime."""
    openvino = pytest.importorskip("openvino", reason="pip install 'srq[bench]'")
    model = openvino.Core().read_model(model=Onnx().model(ZOO[name]).SerializeToString())
    hints = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    compiled = openvino.Core().compile_model(model, "CPU", hints)
    made = compiled([natural()[None, None]])[0][0, 0]
    np.testing.assert_array_equal(made, Reference(ZOO[name])(natural()))


@pytest.mark.parametrize("scale", [2, 3, 4, 7])
@pytest.mark.parametrize("per_channel", [False, True])
def test_any_scale_biases_and_fractions_of_their_own(scale, per_channel):
    program = kim_program(scale, bias=True, per_channel=per_channel)
    made = upscaled(exact_luma(program), noise(9, 14))
    np.testing.assert_array_equal(made, Reference(program)(noise(9, 14)))


def test_several_pictures_at_once():
    program = ZOO["kim-x3"]
    many = noise(3, 1, 12, 17)
    made = session(exact_luma(program)).run(["output"], {"input": many})[0]
    assert made.shape == (3, 1, 36, 51)
    for one, expected in zip(made, many, strict=True):
        np.testing.assert_array_equal(one[0], Reference(program)(expected[0]))


def test_codes_beyond_the_format_are_cut_off():
    """The proof is for the format's own; the tensor's type holds more."""
    picture = Format(False, 10, 10)
    program = Program(
        [Input("lr", picture), Requantize("same", "lr", picture), Output("hr", "same")]
    )
    given = np.array([[0, 1023, 1024, 65535]], np.uint16)
    np.testing.assert_array_equal(upscaled(exact_luma(program), given), [[0, 1023, 1023, 1023]])


def test_a_program_of_two_ops():
    program = Program([Input("lr", Format.parse("u8.8")), Output("hr", "lr")])
    for form in ("luma", "gray", "rgb"):
        checked(Onnx(form=form).model(program))
    np.testing.assert_array_equal(upscaled(exact_luma(program), noise(4, 5)), noise(4, 5))


def test_ops_may_be_called_as_tensors_are():
    named = [Input("input", Format.parse("u8.8"))]
    named += [Conv("output", "input", [[[[7]]]], weight_bits=4, weight_frac=2,
                   format=Format.parse("u8.8"))]  # fmt: skip
    program = Program([*named, Output("cast_0", "output")])
    np.testing.assert_array_equal(
        upscaled(checked(exact_luma(program)), noise(4, 5)), Reference(program)(noise(4, 5))
    )


def test_the_file_says_what_it_is_and_uses_standard_operators_only():
    model = Onnx().model(ZOO["kim-x2"])
    assert {(domain.domain, domain.version) for domain in model.opset_import} == {("", 17)}
    assert model.ir_version == 8
    assert {node.op_type for node in model.graph.node} <= STANDARD
    assert {entry.key: entry.value for entry in model.metadata_props} == {
        "fingerprint": ZOO["kim-x2"].fingerprint,
        "form": "luma",
        "kind": "exact",
        "license": "Apache-2.0",
        "name": "kim-x2",
        "scale": "2",
        "srq": __version__,
    }
    assert "license" not in {entry.key for entry in Onnx().model(kim_program()).metadata_props}
    (given,), (made,) = model.graph.input, model.graph.output
    assert (given.name, made.name) == ("input", "output")
    for value, sizes in ((given, ["N", "", "H", "W"]), (made, ["N", "", "2*H", "2*W"])):
        dims = value.type.tensor_type.shape.dim
        assert [dim.dim_param for dim in dims] == sizes
        assert dims[1].dim_value == 1


def test_the_same_program_gives_the_same_bytes(tmp_path):
    exporter = open_exporter("onnx")
    first = export(ZOO["kim-x4"], exporter, tmp_path / "first")
    assert first == export(ZOO["kim-x4"], exporter, tmp_path / "second")
    names = {"kim_x4.onnx", "README.md", "upscale.py", "check.py", "input.npy", "output.npy"}
    assert set(first.files) == names


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        (
            {"kind": "int8"},
            "The kind of an ONNX export must be exact or float or qonnx, not 'int8'.",
        ),
        ({"form": "yuv"}, "The form of an ONNX export must be luma or gray or rgb, not 'yuv'."),
        ({"kind": "qonnx", "form": "rgb"}, "The kind qonnx takes and gives luma only, not rgb."),
        (
            {"kind": "exact", "checkpoint": "kim-x2"},
            "The kind exact needs no checkpoint; only float does.",
        ),
    ],
)
def test_wrong_choices_are_refused(choices, sentence):
    with pytest.raises(ConfigError) as error:
        open_exporter("onnx", **choices)
    assert str(error.value) == sentence


def test_rgb_is_for_8_bits(tmp_path):
    picture = Format(False, 10, 10)
    program = Program([Input("lr", picture), Output("hr", "lr")])
    with pytest.raises(ProgramError, match="rgb needs a program of 8-bit luma.* reads u10.10"):
        export(program, Onnx(form="rgb"), tmp_path / "out")
    assert Onnx(form="gray").check(program) == []


def test_the_file_is_called_after_the_program():
    assert file_name(ZOO["kim-x2"]) == "kim_x2.onnx"
