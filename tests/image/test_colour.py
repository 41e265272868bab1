import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.color import rgb2ycbcr

from srq.errors import ImageError
from srq.image.colour import Matrix, luma, rgb_to_ycbcr, ycbcr_to_rgb

MATRICES: tuple[Matrix, ...] = ("bt601", "bt709")
# Code values of white, black and the primaries, 8-bit studio range: Y, Cb, Cr as tabulated for
# 100 % colour bars (BT.601: SMPTE RP 219 and EBU; BT.709: SMPTE RP 219).
BARS = {
    "bt601": {
        (255, 255, 255): (235, 128, 128),
        (255, 255, 0): (210, 16, 146),
        (0, 255, 255): (170, 166, 16),
        (0, 255, 0): (145, 54, 34),
        (255, 0, 255): (106, 202, 222),
        (255, 0, 0): (81, 90, 240),
        (0, 0, 255): (41, 240, 110),
        (0, 0, 0): (16, 128, 128),
    },
    "bt709": {
        (255, 255, 255): (235, 128, 128),
        (255, 255, 0): (219, 16, 138),
        (0, 255, 255): (188, 154, 16),
        (0, 255, 0): (173, 42, 26),
        (255, 0, 255): (78, 214, 230),
        (255, 0, 0): (63, 102, 240),
        (0, 0, 255): (32, 240, 118),
        (0, 0, 0): (16, 128, 128),
    },
}


def every_colour() -> np.ndarray:
    codes = np.arange(1 << 24, dtype=np.uint32)
    channels = [(codes >> shift & 255).astype(np.uint8) for shift in (16, 8, 0)]
    return np.stack(channels, axis=-1).reshape(4096, 4096, 3)


def test_luma_is_matlabs_for_every_colour() -> None:
    rgb = every_colour()
    thousandths = np.zeros(rgb.shape[:2], np.int64)
    for channel, weight in enumerate((65481, 128553, 24966)):
        thousandths += weight * rgb[..., channel].astype(np.int64)
    assert np.array_equal(luma(rgb), (2 * (thousandths + 16 * 255000) + 255000) // 510000)


@pytest.mark.parametrize("matrix", MATRICES)
def test_colour_bars(matrix: Matrix) -> None:
    rgb = np.array([list(BARS[matrix])], np.uint8)
    expected = np.array([list(BARS[matrix].values())])
    assert np.array_equal(np.floor(rgb_to_ycbcr(rgb, matrix=matrix) + 0.5), expected)
    assert np.array_equal(luma(rgb, matrix=matrix), expected[..., 0])


def test_studio_bt601_is_scikit_images() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (50, 60, 3), np.uint8)
    np.testing.assert_allclose(rgb_to_ycbcr(rgb), rgb2ycbcr(rgb), atol=1.5e-3)


def test_full_range_is_jpegs() -> None:
    # JFIF 1.02: Y = 0.299 R + 0.587 G + 0.114 B; Cb, Cr = 0.564 (B - Y), 0.713 (R - Y) + 128.
    rgb = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 200, 90]]], np.uint8)
    y = 0.299 * rgb[..., 0] + 0.587 * rgb[..., 1] + 0.114 * rgb[..., 2]
    found = rgb_to_ycbcr(rgb, full_range=True)
    np.testing.assert_allclose(found[..., 0], y)
    np.testing.assert_allclose(found[..., 1], (rgb[..., 2] - y) / 1.772 + 128)
    np.testing.assert_allclose(found[..., 2], (rgb[..., 0] - y) / 1.402 + 128)


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_there_and_back(matrix: Matrix, full_range: bool, depth: type, seed: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, np.iinfo(depth).max + 1, (5, 7, 3), depth)
    codes = rgb_to_ycbcr(rgb, matrix=matrix, full_range=full_range)
    back = ycbcr_to_rgb(codes, matrix=matrix, full_range=full_range, depth=depth)
    np.testing.assert_allclose(back, rgb, atol=1e-9)
    y = luma(rgb, matrix=matrix, full_range=full_range)
    assert y.dtype == depth
    assert np.abs(y - codes[..., 0]).max() <= 0.5 + 1e-9


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_sixteen_bit_codes_are_256_times_eight_bit_ones(seed: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), np.uint8)
    deep = rgb_to_ycbcr(rgb.astype(np.uint16) * 257)
    np.testing.assert_allclose(deep, 256 * rgb_to_ycbcr(rgb), atol=1e-8)


def test_refusals() -> None:
    with pytest.raises(ImageError, match=r"its shape is \(4, 4\)"):
        luma(np.zeros((4, 4), np.uint8))
    with pytest.raises(ImageError, match="uint8 or uint16, not float64"):
        luma(np.zeros((4, 4, 3)))
    with pytest.raises(ImageError, match="'bt601' or 'bt709', not 'bt2020'"):
        luma(np.zeros((4, 4, 3), np.uint8), matrix="bt2020")
    with pytest.raises(ImageError, match="uint8 or uint16, not int32"):
        ycbcr_to_rgb(np.zeros((4, 4, 3)), depth=np.int32)
