import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from srq.errors import ImageError
from srq.image.resize import bicubic, nearest

SCALES = (2, 3, 4, 0.5, 1 / 3, 0.25, 1.5, 0.75, 0.7, 1.1, 0.1)


# Rational numbers are slow; a few pictures reach every phase and border.
FEW = settings(max_examples=15, deadline=None)


def cubic(x: Fraction) -> Fraction:
    """Keys' cubic convolution kernel (1981, equation 15)."""
    x = abs(x)
    if x <= 1:
        return Fraction(3, 2) * x**3 - Fraction(5, 2) * x**2 + 1
    if x < 2:
        return Fraction(-1, 2) * x**3 + Fraction(5, 2) * x**2 - 4 * x + 2
    return Fraction(0)


def exact_axis(values: list[Fraction], scale: Fraction, length: int) -> list[Fraction]:
    """One row by the definition of imresize, in rational numbers."""
    n, wide = len(values), max(Fraction(1), 1 / scale)
    out = []
    for x in range(1, length + 1):
        u = x / scale + (1 - 1 / scale) / 2
        around = range(math.floor(u - 2 * wide) - 1, math.ceil(u + 2 * wide) + 2)
        weights = {i: cubic((u - i) / wide) for i in around}
        mirrored = [*range(n), *reversed(range(n))]
        total = sum(w * values[mirrored[(i - 1) % (2 * n)]] for i, w in weights.items())
        out.append(total / sum(weights.values()))
    return out


def exact(a: np.ndarray, scale: Fraction, height: int, width: int) -> list[list[Fraction]]:
    rows = [exact_axis([Fraction(int(v)) for v in row], scale, width) for row in a]
    columns = [exact_axis(list(column), scale, height) for column in zip(*rows, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def pictures(height: int = 6, width: int = 7) -> st.SearchStrategy[np.ndarray]:
    sizes = st.tuples(st.integers(1, height), st.integers(1, width), st.integers(0, 2**32 - 1))
    return sizes.map(lambda s: np.random.default_rng(s[2]).integers(0, 256, s[:2], np.uint8))


@pytest.mark.parametrize("scale", SCALES)
@FEW
@given(a=pictures())
def test_equals_the_exact_rational_value(scale: float, a: np.ndarray) -> None:
    ratio = Fraction(scale).limit_denominator(100)
    found = bicubic(a.astype(np.float64), scale=scale)
    expected = exact(a, ratio, *found.shape)
    np.testing.assert_allclose(found, np.array(expected, dtype=np.float64), atol=1e-10)


@pytest.mark.parametrize("scale", [s for s in SCALES if s >= 1 or (1 / s).is_integer()])
@FEW
@given(a=pictures())
def test_rounds_the_exact_value_half_up(scale: float, a: np.ndarray) -> None:
    found = bicubic(a, scale=scale)
    values = exact(a, Fraction(scale).limit_denominator(100), *found.shape)
    half = Fraction(1, 2)
    expected = [[min(max(math.floor(v + half), 0), 255) for v in row] for row in values]
    assert found.tolist() == expected


@settings(deadline=None)
@given(a=pictures(), scale=st.sampled_from(SCALES))
def test_uint16_and_channels_are_resized_alike(a: np.ndarray, scale: float) -> None:
    deep = a.astype(np.uint16) * 257
    stacked = bicubic(np.dstack([deep, deep[::-1], 65535 - deep]), scale=scale)
    assert stacked.dtype == np.uint16
    for channel, single in enumerate([deep, deep[::-1], 65535 - deep]):
        assert np.array_equal(stacked[..., channel], bicubic(single, scale=scale))


@settings(deadline=None)
@given(
    shape=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    level=st.integers(0, 255),
    antialias=st.booleans(),
)
def test_any_size_is_reached_and_flat_stays_flat(
    shape: tuple[int, int], size: tuple[int, int], level: int, antialias: bool
) -> None:
    flat = np.full(shape, level, np.uint8)
    found = bicubic(flat, size=size, antialias=antialias)
    assert found.shape == size
    assert (found == level).all()


@settings(deadline=None)
@given(a=pictures(40, 40), scale=st.sampled_from(SCALES))
def test_mirrored_in_is_mirrored_out(a: np.ndarray, scale: float) -> None:
    if all((n * Fraction(scale).limit_denominator(100)).denominator == 1 for n in a.shape):
        found = bicubic(a.astype(float), scale=scale)
        turned = bicubic(a[::-1, ::-1].astype(float), scale=scale)
        np.testing.assert_allclose(found[::-1, ::-1], turned, rtol=0, atol=1e-9)


def test_antialiasing_is_a_choice() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (8, 16))
    assert np.ptp(bicubic(stripes, scale=0.5)[:, 4:-4]) == 0
    # Without it a sample midway between neighbours weighs four: (-1 9 9 -1) / 16.
    row = np.array([[0, 16, 32, 80, 0, 16, 32, 80]], np.float64)
    middle = bicubic(row, size=(1, 4), antialias=False)[0, 1]
    assert middle == (-16 + 9 * 32 + 9 * 80 - 0) / 16


def test_output_sizes_are_matlabs() -> None:
    a = np.zeros((7, 10), np.uint8)
    assert bicubic(a, scale=0.5).shape == (4, 5)
    assert bicubic(a, scale=1 / 3).shape == (3, 4)
    assert bicubic(a, scale=(2, 0.5)).shape == (14, 5)
    wide = np.zeros((1, 100), np.uint8)
    assert bicubic(wide, scale=0.07).shape == (1, 8)  # in float64, 0.07 * 100 is above 7
    assert bicubic(wide, scale=Fraction(7, 100)).shape == (1, 7)


def test_unit_scale_copies() -> None:
    a = np.arange(12, dtype=np.uint8).reshape(3, 4)
    same = bicubic(a, scale=1)
    assert np.array_equal(same, a)
    assert not np.shares_memory(same, a)
    assert bicubic(a.astype(np.float32), size=(3, 4)).dtype == np.float64


@pytest.mark.parametrize("name", ["baby", "bird", "butterfly", "head", "woman"])
def test_equals_matlab_on_set5(srq_data: Path, name: str) -> None:
    golden = np.asarray(Image.open(srq_data / "golden_Set5_LRx2_MATLAB" / f"{name}x2.png"))
    hr = np.asarray(Image.open(srq_data / "Set5" / f"{name}.webp").convert("RGB"))
    # MATLAB rounds to uint8 after each axis, rows first.
    found = bicubic(bicubic(hr, scale=(0.5, 1)), scale=(1, 0.5))
    assert np.array_equal(found, golden)
    assert 0.1 < np.mean(bicubic(hr, scale=0.5) != golden) < 0.2  # rounded once: not MATLAB's


def test_nearest_repeats() -> None:
    a = np.array([[1, 2], [3, 4]], np.uint8)
    assert nearest(a, 2).tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    assert nearest(np.dstack([a, a, a]), 3).shape == (6, 6, 3)


@pytest.mark.parametrize(
    ("a", "options", "sentence"),
    [
        (np.zeros((2, 2), np.int32), {"scale": 2}, "must be uint8 or uint16, not int32"),
        (np.zeros(4, np.uint8), {"scale": 2}, r"its shape is \(4,\)"),
        (np.zeros((0, 4), np.uint8), {"scale": 2}, "not empty"),
        (np.zeros((2, 2), np.uint8), {"scale": 0}, "number above 0, not 0"),
        (np.zeros((2, 2), np.uint8), {"scale": math.nan}, "number above 0, not nan"),
        (np.zeros((2, 2), np.uint8), {"scale": math.inf}, "number above 0, not inf"),
        (np.zeros((2, 2), np.uint8), {"size": (0, 3)}, "to 0 x 3 pixels"),
        (np.zeros((2, 2), np.uint8), {}, "exactly one of them"),
        (np.zeros((2, 2), np.uint8), {"scale": 2, "size": (4, 4)}, "exactly one of them"),
    ],
)
def test_refusals(a: np.ndarray, options: dict, sentence: str) -> None:
    with pytest.raises(ImageError, match=sentence):
        bicubic(a, **options)


def test_nearest_refuses_a_scale_below_one() -> None:
    with pytest.raises(ImageError, match="1 or more, not 0"):
        nearest(np.zeros((2, 2), np.uint8), 0)
