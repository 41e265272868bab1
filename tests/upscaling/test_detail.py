"""The compiled form of a block's way against NumPy's, byte by byte."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.image import native
from srq.image.blocks import Block
from srq.upscaling import detail

DEPTHS = [np.uint8, np.uint16]
needs_extension = pytest.mark.skipif(native.pixels is None, reason="the extension is not built")


def by_numpy(pixels, block, made, scale):
    out = np.zeros(made.shape + pixels.shape[2:], pixels.dtype)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "pixels", None)
        detail.enlarge_block(pixels, block, made, out, scale)
    return out


def compiled(pixels, block, made, scale, threads):
    # Into the middle of something larger, to see what is written beside it.
    height, width = made.shape
    around = np.full((height + 2, width + 2, *pixels.shape[2:]), 77, pixels.dtype)
    inner = (slice(1, -1), slice(1, -1))
    detail.enlarge_block(pixels, block, made, around[inner], scale, threads)
    out = around[inner].copy()
    around[inner] = 77
    assert (around == 77).all()
    return out


def picture(rng, shape, dtype, kind):
    top = np.iinfo(dtype).max
    if kind == "noise":
        return rng.integers(0, top, shape, dtype, endpoint=True)
    if kind == "extremes":
        return rng.choice([0, 1, top // 2, top - 1, top], shape).astype(dtype)
    if kind == "ramp":
        return np.linspace(0, top, int(np.prod(shape))).reshape(shape).astype(dtype)
    return np.full(shape, rng.integers(0, top, endpoint=True), dtype)


@needs_extension
@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(1, 40),
    width=st.integers(1, 45),
    channels=st.sampled_from([(), (3,)]),
    dtype=st.sampled_from(DEPTHS),
    kind=st.sampled_from(["noise", "extremes", "ramp", "flat"]),
    scale=st.integers(1, 6),
    threads=st.integers(1, 3),
    whole=st.booleans(),
)
def test_compiled_is_numpy(seed, height, width, channels, dtype, kind, scale, threads, whole):
    rng = np.random.default_rng(seed)
    pixels = picture(rng, (height, width, *channels), dtype, kind)
    block = Block(0, height, 0, width)
    if not whole:
        top, left = int(rng.integers(height)), int(rng.integers(width))
        bottom, right = int(rng.integers(top, height)) + 1, int(rng.integers(left, width)) + 1
        block = Block(top, bottom, left, right)
    size = (scale * (block.bottom - block.top), scale * (block.right - block.left))
    made = picture(rng, size, np.uint8, kind if kind != "flat" else "extremes")
    expected = by_numpy(pixels, block, made, scale)
    assert np.array_equal(compiled(pixels, block, made, scale, threads), expected)


@needs_extension
@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_wide_pictures_and_luma_with_strides(scale, dtype):
    # Wider than what is done at a time, and the network's result as a part of one with a halo.
    rng = np.random.default_rng(scale)
    pixels = picture(rng, (37, 601, 3), dtype, "noise")
    block = Block(3, 36, 0, 601)
    made = picture(rng, (40 * scale, 610 * scale), np.uint8, "noise")
    made = made[5 : 5 + 33 * scale, 4 : 4 + 601 * scale]
    expected = by_numpy(pixels, block, made, scale)
    for threads in (1, 2, 3):
        assert np.array_equal(compiled(pixels, block, made, scale, threads), expected)


@needs_extension
@pytest.mark.parametrize("base", [3, 4])
def test_every_gray_under_every_detail(base):
    """All 8-bit grays beside all lumas, so that every rounding is met."""
    gray, made = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    pixels = gray.repeat(base, axis=1).astype(np.uint8)
    made = made.repeat(2, axis=0).repeat(2 * base, axis=1).astype(np.uint8)
    block = Block(0, 256, 0, 256 * base)
    expected = by_numpy(pixels, block, made, 2)
    assert np.array_equal(compiled(pixels, block, made, 2, 2), expected)


@needs_extension
@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_pixels_in_fours(scale, dtype):
    rng = np.random.default_rng(scale)
    pixels, block = picture(rng, (9, 300, 3), dtype, "noise"), Block(1, 9, 2, 300)
    made = picture(rng, (8 * scale, 298 * scale), np.uint8, "noise")
    # The last of them ends with the memory, and nothing is written beside them.
    around = np.full((8 * scale, 300 * scale, 4), 77, dtype)
    out = around[:, scale:-scale]
    detail.enlarge_block(pixels, block, made, out[..., :3], scale, 2)
    assert np.array_equal(out[..., :3], by_numpy(pixels, block, made, scale))
    assert (around[:, :scale] == 77).all()
    assert (around[:, -scale:] == 77).all()


@needs_extension
def test_what_does_not_fit_is_refused():
    pixels, made = np.zeros((4, 5, 3), np.uint8), np.zeros((8, 10), np.uint8)
    block = Block(0, 4, 0, 5)
    for out in (np.zeros((8, 9, 3), np.uint8), np.zeros((8, 10), np.uint8)):
        with pytest.raises(ValueError, match="the result has"):
            detail.enlarge_block(pixels, block, made, out, 2)
    with pytest.raises(ValueError, match="the part lies in the picture"):
        detail.enlarge_block(pixels, Block(0, 5, 0, 5), made, np.zeros((8, 10, 3), np.uint8), 2)


def test_the_threshold_of_sixteen_bits():
    given_detail = np.array([-3.0, -1.5, -1.0, -0.75, -0.5, 0, 0.5, 0.75, 1.0, 1.5, 3.0])
    kept = [-3.0, -1.5, -0.5, 0, 0, 0, 0, 0, 0.5, 1.5, 3.0]
    assert detail._beyond_rounding(given_detail).tolist() == kept
