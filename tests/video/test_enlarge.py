import numpy as np
import pytest

from srq.errors import ConfigError
from srq.image.resize import bicubic
from srq.program.reference import Reference
from srq.upscaling.interpolate import Interpolation
from srq.video.enlarge import FrameEnlarger
from srq.video.layout import Layout
from tests.upscaling.sharpen_program import sharpen_program
from tests.video.clips import planes

LAYOUTS = [Layout(bits, sub) for bits in (8, 10, 12, 16) for sub in (None, "420", "422", "444")]


def enlarger(engine, layout, **options):
    return FrameEnlarger(engine, layout, interpolator="reference", **options)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("size", [(24, 32), (13, 21), (1, 1)])
def test_the_planes_of_every_layout(engine, layout, size):
    made = enlarger(engine, layout)(planes(layout, *size, 0))
    height, width = size
    assert [plane.shape for plane in made] == layout.shapes(2 * height, 2 * width)
    assert {plane.dtype for plane in made} == {np.dtype(layout.dtype)}
    assert max(int(plane.max()) for plane in made) < 1 << layout.bits


def test_luma_is_the_engines(engine):
    layout = Layout(8, "420")
    given = planes(layout, 24, 32, 0)
    made = enlarger(engine, layout)(given)
    assert np.array_equal(made[0], engine(given[0]))
    chroma = Interpolation(2, 8, layout.chroma_shift(2, centred=False), engine="reference")
    assert np.array_equal(made[1], chroma(given[1]))


def test_centred_chroma_is_that_of_pictures(engine):
    given = planes(Layout(8, "420"), 24, 32, 0)
    made = enlarger(engine, Layout(8, "420", centred=True), centred=True)(given)
    assert np.array_equal(made[2], bicubic(given[2], scale=2))


def test_ten_bits_go_straight_through_a_program_of_ten():
    program = Reference(sharpen_program(10))
    layout = Layout(10, "420")
    given = planes(layout, 24, 32, 0)
    assert np.array_equal(enlarger(program, layout)(given)[0], program(given[0]))


def test_a_program_of_other_bits_is_refused():
    program = Reference(sharpen_program(10))
    with pytest.raises(ConfigError, match=r"reads u10\.10 .* but the video has 8 bits"):
        FrameEnlarger(program, Layout(8, "420"))
    with pytest.raises(ConfigError, match="the video has 12 bits"):
        FrameEnlarger(program, Layout(12, "420"))


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_deep_luma_keeps_its_gradients_and_gains_the_networks_detail(engine, bits):
    layout = Layout(bits, None)
    enlarge = enlarger(engine, layout)
    # A slope of a quarter 8-bit code a pixel: the network sees steps, the result must not.
    slope = np.tile(np.arange(64) * (1 << (bits - 10)), (16, 1)) + (1 << (bits - 1))
    slope = slope.astype(np.uint16)
    inner = (slice(4, -4), slice(4, -4))
    assert np.array_equal(enlarge([slope])[0][inner], bicubic(slope, scale=2)[inner])
    # At an edge the network's own detail is there in full.
    edge = np.zeros((16, 64), np.uint16)
    edge[:, 32:] = 200 << (bits - 8)
    made = enlarge([edge])[0][inner].astype(int)
    wanted = engine((edge >> (bits - 8)).astype(np.uint8))[inner].astype(int) << (bits - 8)
    assert np.abs(made - wanted).max() <= 1 << (bits - 8)


@pytest.mark.parametrize("bits", [8, 10, 16])
def test_black_and_white_stay(engine, bits):
    layout = Layout(bits, "420")
    for code in (0, (1 << bits) - 1):
        flat = [np.full(s, code, layout.dtype) for s in layout.shapes(12, 12)]
        made = enlarger(engine, layout)(flat)
        assert all((plane[4:-4, 4:-4] == code).all() for plane in made)


def test_a_final_bicubic_brings_it_to_size(engine):
    layout = Layout(10, "420")
    given = planes(layout, 24, 32, 0)
    made = enlarger(engine, layout, size=(30, 40))(given)
    whole = enlarger(engine, layout)(given)
    assert [plane.shape for plane in made] == [(30, 40), (15, 20), (15, 20)]
    assert np.array_equal(made[0], np.minimum(bicubic(whole[0], size=(30, 40)), 1023))
