"""Gray and RGB of 0 to 1 around the exact network."""

import numpy as np
import pytest

import srq
from srq.fixed import Format
from srq.image.colour import luma
from srq.program import Input, Output, Program, load
from srq.program.reference import Reference
from srq.zoo import resolve
from tests.export.onnx_runs import (
    Graph,
    Onnx,
    checked,
    run,
    session,
    tensor_info,
    upscaled,
    whole_luma,
)
from tests.zoo_programs import SMALL

ZOO = {name: load(resolve(name, "program")) for name in SMALL}
SIZES = [(1, 1), (1, 2), (2, 1), (1, 9), (3, 2), (17, 40)]


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def unit(pixels):
    """(H, W, 3) as the form rgb takes it."""
    return (pixels.transpose(2, 0, 1)[None] / 255).astype(np.float32)


@pytest.mark.parametrize("name", ZOO)
def test_gray_is_luma_divided_by_the_greatest_code(name):
    opened = session(checked(Onnx(form="gray").model(ZOO[name])))
    for shape in SIZES:
        codes = noise(*shape)
        made = upscaled(opened, (codes / 255).astype(np.float32))
        expected = Reference(ZOO[name])(codes)
        np.testing.assert_array_equal(made, (expected / np.float32(255)).astype(np.float32))


@pytest.mark.parametrize("bits", [8, 10, 16])
def test_gray_is_rounded_half_up_and_cut_off(bits):
    picture = Format(False, bits, bits)
    program = Program([Input("lr", picture), Output("hr", "lr")])
    codes = np.arange(picture.hi + 1)[None]
    opened = session(Onnx(form="gray").model(program))
    peak = np.float32(picture.hi)
    for offset, expected in ((0, codes), (0.25, codes), (-0.25, codes), (0.75, codes + 1)):
        made = upscaled(opened, ((codes + offset) / picture.hi).astype(np.float32))
        np.testing.assert_array_equal(made * peak, np.minimum(expected, picture.hi))
    beyond = np.array([[-1, -0.1, 1.1, 1e9, np.inf, -np.inf]], np.float32)
    np.testing.assert_array_equal(upscaled(opened, beyond), [[0, 0, 1, 1, 1, 0]])


@pytest.mark.parametrize("name", ZOO)
def test_rgb_is_what_srq_upscale_makes(name):
    """float32 stands for float64 in the colours: a pixel within 1e-3 of a half may round away."""
    opened = session(checked(Onnx(form="rgb").model(ZOO[name])))
    y, x = np.mgrid[0:31, 0:26]
    smooth = np.stack([128 + 120 * np.sin((x * k + y) / 6.0) for k in (1, 2, 3)], axis=-1)
    pictures = [noise(*shape, 3) for shape in SIZES] + [smooth.astype(np.uint8)]
    for pixels in pictures:
        made = run(opened, unit(pixels))[0].transpose(1, 2, 0) * 255.0
        expected = srq.upscale(pixels, name, engine="reference")
        assert made.shape == expected.shape
        # 0 and 255 also stand for what is cut off, on both sides.
        np.testing.assert_array_less(np.abs(made - expected), 0.5 + 1e-3)


def test_a_flat_colour_and_the_whole_range_stay():
    opened = session(Onnx(form="rgb").model(ZOO["kim-x2"]))
    for colour in ([0, 0, 0], [255, 255, 255], [255, 0, 0], [1, 2, 3], [0, 255, 128]):
        pixels = np.full((20, 20, 3), colour, np.uint8)
        made = run(opened, unit(pixels))[0]
        expected = srq.upscale(pixels, "kim-x2", engine="reference").transpose(2, 0, 1)
        np.testing.assert_array_equal(np.rint(made * 255), expected)
        assert made.min() >= 0
        assert made.max() <= 1


def test_the_luma_within_rgb_is_that_of_the_image_room():
    """For every weighed sum of three 8-bit codes that there can be."""
    graph = Graph()
    whole_luma(graph, "input")
    graph.call_last("output")
    shape = ["N", 3, "H", "W"]
    model = graph.model(
        "luma",
        tensor_info("input", np.float32, shape),
        tensor_info("output", np.float32, ["N", 1, "H", "W"]),
        metadata={},
    )
    of_sum = np.full(1000 * 255 + 1, -1)
    green, blue = np.mgrid[0:256, 0:256]
    for red in range(256):
        of_sum[299 * red + 587 * green + 114 * blue] = (red << 16) + (green << 8) + blue
    colours = of_sum[of_sum >= 0]
    pixels = np.stack([colours >> 16, colours >> 8, colours], axis=-1).astype(np.uint8)[None]
    np.testing.assert_array_equal(run(model, unit(pixels))[0, 0], luma(pixels))


@pytest.mark.parametrize("form", ["gray", "rgb"])
def test_hosts_may_settle_the_size(form):
    """vs-mlrt writes N, H and W into the model and has the output's shape inferred."""
    model = Onnx(form=form).model(ZOO["kim-x3"])
    for size, dim in zip((1, None, 40, 30), _dims(model.graph.input[0]), strict=True):
        if size is not None:
            dim.dim_value = size
    _dims(model.graph.output[0])[0].dim_value = 1
    model = checked(model)
    channels = 3 if form == "rgb" else 1
    shape = [dim.dim_value for dim in _dims(model.graph.output[0])]
    assert shape == [1, channels, 120, 90]
    assert run(model, np.zeros((1, channels, 40, 30), np.float32)).shape == tuple(shape)


def _dims(value):
    return value.type.tensor_type.shape.dim
