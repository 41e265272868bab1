"""What becomes of a picture. The authority on colour is the way through YCbCr, step by step."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from srq.errors import ConfigError, ImageError
from srq.image.colour import luma, rgb_to_ycbcr, ycbcr_to_rgb
from srq.image.picture import Picture
from srq.image.resize import bicubic
from srq.program.reference import Reference
from srq.upscaling import enlarge as module
from srq.upscaling.engine import SIDE, Blockwise
from srq.upscaling.enlarge import enlarge
from tests.kim_program import kim_program
from tests.upscaling.sharpen_program import sharpen_program

DEPTHS = [np.uint8, np.uint16]


class Streaming(Reference):
    """The reference, as an engine that asks for whole lines."""

    streams = True


def noise(shape, dtype, seed=0):
    top = np.iinfo(dtype).max
    return np.random.default_rng(seed).integers(0, top, shape, dtype, endpoint=True)


def cat(rows=60, columns=80):
    return np.ascontiguousarray(data.chelsea()[60 : 60 + rows, 100 : 100 + columns])


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("pixels", [cat(), noise((9, 14, 3), np.uint8)], ids=["cat", "noise"])
def test_eight_bits_are_the_way_through_ycbcr_rounded_once(pixels, scale):
    engine = Reference(kim_program(scale))
    ycbcr = rgb_to_ycbcr(pixels)
    codes = luma(pixels)
    lost = bicubic(ycbcr[..., 0] - codes, scale=scale)
    chroma = bicubic(ycbcr[..., 1:], scale=scale)
    expected = ycbcr_to_rgb(np.dstack([engine(codes) + lost, chroma]))
    made = enlarge(Picture(pixels), engine).pixels
    assert made.dtype == np.uint8
    assert np.abs(np.clip(expected, 0, 255) - made).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("dtype", DEPTHS)
def test_gray_is_what_its_three_channel_copy_is(engine, dtype):
    gray = noise((13, 17), dtype)
    alone = enlarge(Picture(gray), engine).pixels
    copies = enlarge(Picture(np.dstack([gray] * 3)), engine).pixels
    assert alone.shape == (26, 34)
    assert alone.dtype == dtype
    assert np.array_equal(copies, np.dstack([alone] * 3))


@pytest.mark.parametrize("dtype", DEPTHS)
def test_black_white_and_every_flat_colour_stay_themselves(engine, dtype):
    top = int(np.iinfo(dtype).max)
    colours = [(0, 0, 0), (top, top, top), (top, 0, 0), *noise((40, 3), dtype).tolist()]
    for colour in colours:
        flat = np.full((8, 8, 3), colour, dtype)
        made = enlarge(Picture(flat), engine).pixels
        # The outermost pixels see the zeros beyond the border.
        assert (made[2:-2, 2:-2] == np.array(colour, dtype)).all()


@pytest.mark.parametrize("dtype", DEPTHS)
def test_all_of_black_is_black(engine, dtype):
    assert not enlarge(Picture(np.zeros((5, 4), dtype)), engine).pixels[2:-2, 2:-2].any()


def test_a_slow_gradient_of_sixteen_bits_has_no_contours(engine):
    rows, columns = np.mgrid[:64, :64]
    ramp = (20000 + 9 * rows + 17 * columns).astype(np.uint16)
    made = enlarge(Picture(ramp), engine).pixels.astype(int)[8:-8, 8:-8]
    # A straight ramp stays one, between the pixels as well: 4.25 and 12.75 from sample to sample.
    rows, columns = np.mgrid[8:120, 8:120]
    straight = 20000 + 9 * (rows - 0.5) / 2 + 17 * (columns - 0.5) / 2
    assert np.abs(made - straight).max() <= 0.5 + 1e-9


def test_sixteen_bits_agree_with_eight(engine):
    eight = enlarge(Picture(cat()), engine).pixels
    sixteen = enlarge(Picture(cat().astype(np.uint16) * np.uint16(257)), engine).pixels
    difference = np.abs(sixteen / 257 - eight)
    # Rounding to 8 bits, and the detail that 16 bits take for rounding: at most 0.75 codes.
    # Where luma lies at the middle of two codes they may choose differently: here and there.
    assert np.quantile(difference, 0.999) <= 0.5 + 0.75 * 255 / 219 + 1e-9
    assert difference.mean() < 0.5


@settings(max_examples=12, deadline=None)
@given(
    scale=st.sampled_from([2, 3]),
    height=st.integers(1, 20),
    width=st.integers(1, 24),
    kind=st.sampled_from(["L", "LA", "RGB", "RGBA"]),
    dtype=st.sampled_from(DEPTHS),
    side=st.integers(7, 20),
)
def test_blocks_do_not_show(scale, height, width, kind, dtype, side):
    program = kim_program(scale)
    pixels = noise((height, width) + ((3,) if "RGB" in kind else ()), dtype)
    alpha = noise((height, width), dtype, seed=1) if "A" in kind else None
    if alpha is not None:
        alpha[noise((height, width), np.uint8, seed=2) < 128] = 0
    given_picture = Picture(pixels, alpha)
    whole = enlarge(given_picture, Reference(program))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SIDE", side)
        patch.setattr(module, "_BAND_PIXELS", side * side)
        patch.setattr("srq.upscaling.transparency._ROWS", side)
        for engine in (Reference(program), Streaming(program), Blockwise(Reference(program))):
            cut = enlarge(given_picture, engine)
            assert np.array_equal(cut.channels(), whole.channels())
    assert whole.size == (scale * height, scale * width)
    assert whole.pixels.dtype == dtype


def test_memory_is_that_of_picture_result_and_a_block():
    engine = Reference(kim_program())
    picture = Picture(noise((SIDE, 3 * SIDE), np.uint8))
    tracemalloc.start()
    try:
        enlarge(Picture(picture.pixels[:, :SIDE]), engine)
        _, one = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        enlarge(picture, engine)
        _, three = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Three blocks take the results of two more, their halos, and little besides.
    assert three < one * 1.15 + 2 * 4 * SIDE * SIDE


def test_alpha_goes_through_bicubic_and_is_clipped(engine):
    alpha = np.zeros((12, 12), np.uint8)
    alpha[3:9, 3:9] = 255
    made = enlarge(Picture(noise((12, 12), np.uint8), alpha), engine)
    assert np.array_equal(made.alpha, bicubic(alpha, scale=2))
    opaque = Picture(noise((4, 4), np.uint8), np.full((4, 4), 255, np.uint8))
    assert (enlarge(opaque, engine).alpha == 255).all()


@pytest.mark.parametrize("dtype", DEPTHS)
def test_no_colour_under_clear_pixels_shows(dtype):
    engine = Reference(kim_program())
    top = np.iinfo(dtype).max
    rows, columns = np.mgrid[:40, :50]
    visible = (rows - 20) ** 2 + (columns - 25) ** 2 < 150
    shape = np.where(visible, top, 0).astype(dtype)
    colours = noise((40, 50, 3), dtype)
    made = []
    for hidden in (0, top):
        pixels = np.where(visible[..., None], colours, dtype(hidden))
        made.append(enlarge(Picture(pixels, shape), engine))
    seen = made[0].alpha > 0
    assert np.array_equal(made[0].pixels[seen], made[1].pixels[seen])


def test_a_disc_has_no_fringe(engine):
    rows, columns = np.mgrid[:30, :30]
    distance = np.hypot(rows - 15, columns - 15)
    alpha = np.clip((10 - distance) * 255, 0, 255).astype(np.uint8)  # antialiased
    pixels = np.zeros((30, 30, 3), np.uint8)
    pixels[alpha > 0] = (230, 120, 40)
    made = enlarge(Picture(pixels, alpha), engine)
    assert made.alpha is not None
    assert (made.pixels[made.alpha > 0] == (230, 120, 40)).all()


def test_the_profile_goes_along(engine):
    made = enlarge(Picture(cat(), icc=b"a profile"), engine)
    assert made.icc == b"a profile"
    assert made.exif is None


def test_progress_counts_every_pixel_once(engine):
    steps = []
    enlarge(Picture(noise((SIDE + 1, SIDE + 2), np.uint8)), engine, steps.append)
    assert len(steps) == 4
    assert sum(steps) == (SIDE + 1) * (SIDE + 2)


def test_what_progress_raises_stops_the_work(engine):
    class Enough(Exception):
        pass

    def stop(pixels):
        raise Enough

    with pytest.raises(Enough):
        enlarge(Picture(cat()), engine, stop)


def test_a_full_memory_is_one_sentence():
    class Greedy(Reference):
        def __call__(self, picture):
            raise MemoryError

    with pytest.raises(ImageError) as error:
        enlarge(Picture(cat()), Greedy(sharpen_program()))
    assert str(error.value) == (
        "A picture of 160 x 120 pixels does not fit into the memory; cut the picture into parts."
    )


def test_a_program_of_ten_bits_is_refused():
    with pytest.raises(ConfigError, match="upscaled by programs of 8-bit luma"):
        enlarge(Picture(cat()), Reference(sharpen_program(bits=10)))
