"""Planes: the compiled forms against NumPy's, byte by byte, and both against plain arithmetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from srq.image import native, planes

needs_extension = pytest.mark.skipif(native.pixels is None, reason="the extension is not built")


def in_numpy(function, *arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "pixels", None)
        return function(*arguments)


def taps_of(rng, length, source):
    count = rng.integers(1, min(source, 9) + 1, length).astype(np.int32)
    first = np.array([rng.integers(0, source - taps + 1) for taps in count], np.int32)
    return planes.Taps(first, count, rng.normal(0, 1, (length, 9)).astype(np.float32))


@needs_extension
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(1, 40),
    width=st.integers(1, 90),
    channels=st.sampled_from([1, 3]),
)
def test_the_compiled_forms_are_numpys(seed, height, width, channels):
    rng = np.random.default_rng(seed)
    plane = rng.normal(0.5, 0.5, (height, width, channels)).astype(np.float32)
    vertical = taps_of(rng, int(rng.integers(1, 50)), height)
    horizontal = taps_of(rng, int(rng.integers(1, 50)), width)
    made = planes.resample(plane, vertical, horizontal)
    assert np.array_equal(made, in_numpy(planes.resample, plane, vertical, horizontal))
    kernel = rng.normal(0, 1, (1 + 2 * rng.integers(0, 5), 1 + 2 * rng.integers(0, 5)))
    for border in ("reflect", "symmetric", "edge"):
        made = planes.convolve(plane, kernel, border)
        assert np.array_equal(made, in_numpy(planes.convolve, plane, kernel, border))
    made = planes.from_light(plane, 2.2)
    assert np.array_equal(made, in_numpy(planes.from_light, plane, 2.2))
    for gamma in (1.0, 2.0, 2.2):
        made = planes.codes_of_light(plane, gamma)
        assert np.array_equal(made, in_numpy(planes.codes_of_light, plane, gamma))
        assert np.array_equal(made, (planes.from_light(plane, gamma) * np.float32(255)) // 1)
    whole = rng.integers(0, 256, plane.shape, np.uint8)
    draws = rng.integers(0, 1 << 16, plane.shape, np.uint16)
    table = rng.normal(0, 3, 1 << 16).astype(np.float32)
    made = planes.codes_plus(whole, draws, table, 7.3)
    assert np.array_equal(made, in_numpy(planes.codes_plus, whole, draws, table, 7.3))
    assert np.array_equal(made, np.clip(whole + table[draws] * np.float32(7.3), 0, 255) // 1)
    codes = plane * 255.0
    for picture in (codes.astype(np.float64), np.clip(codes, 0, 255).astype(np.uint8), plane):
        made = planes.to_light(picture, 2.2)
        planes._light_of_codes.cache_clear()
        assert np.array_equal(made, in_numpy(planes.to_light, picture, 2.2))


@pytest.mark.parametrize("gamma", [1.0, 2.0, 2.2, 2.4])
def test_light_is_the_power_of_the_codes_and_comes_back(gamma):
    codes = np.linspace(-3, 258, 5001).reshape(1, -1)
    light = planes.to_light(codes, gamma)[..., 0]
    expected = (np.clip(codes, 0, 255) / 255) ** gamma
    assert light == pytest.approx(expected, rel=2e-6, abs=1e-12)
    whole = np.arange(256, dtype=np.uint8).reshape(16, 16)
    back = 255 * planes.from_light(planes.to_light(whole, gamma), gamma)[..., 0]
    assert back == pytest.approx(whole.astype(float), abs=1e-4)
    assert back[0, 0] == 0
    assert back[-1, -1] == 255


@pytest.mark.parametrize(
    ("border", "scipys"), [("reflect", "mirror"), ("symmetric", "reflect"), ("edge", "nearest")]
)
@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 40, 1), (63, 65, 3)])
def test_convolve_is_scipys_correlation(shape, border, scipys):
    rng = np.random.default_rng(3)
    plane = rng.random(shape).astype(np.float32)
    kernel = rng.random((5, 3))
    expected = np.stack(
        [
            ndimage.correlate(plane[..., c].astype(float), kernel, mode=scipys)
            for c in range(shape[2])
        ],
        axis=-1,
    )
    assert planes.convolve(plane, kernel, border) == pytest.approx(expected, rel=1e-5)
