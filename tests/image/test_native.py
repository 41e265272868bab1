"""The compiled forms of luma and of PNG's filters against NumPy's, byte by byte."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srq.image import native
from srq.image.colour import luma
from srq.image.io import Picture, decode, encode
from srq.image.png import _filtered

needs_extension = pytest.mark.skipif(native.pixels is None, reason="the extension is not built")
DEPTHS = st.sampled_from([np.uint8, np.uint16])


def numbers(seed, shape, dtype):
    rng, top = np.random.default_rng(seed), np.iinfo(dtype).max
    if seed % 3 == 0:
        return rng.choice([0, 1, top - 1, top], shape).astype(dtype)
    return rng.integers(0, top, shape, dtype, endpoint=True)


@needs_extension
@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    dtype=DEPTHS,
    matrix=st.sampled_from(["bt601", "bt709"]),
    full_range=st.booleans(),
    threads=st.integers(1, 3),
)
def test_luma_is_numpys(seed, height, width, dtype, matrix, full_range, threads):
    rgb = numbers(seed, (height, width, 3), dtype)
    made = luma(rgb, matrix=matrix, full_range=full_range, threads=threads)
    parts = luma(rgb[::-1, ::-1], matrix=matrix, full_range=full_range)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "pixels", None)
        expected = luma(rgb, matrix=matrix, full_range=full_range)
    assert np.array_equal(made, expected)
    assert np.array_equal(parts[::-1, ::-1], expected)


@needs_extension
@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 30),
    width=st.integers(1, 90),
    pixel=st.sampled_from([1, 2, 3, 4, 6, 8]),
)
def test_png_filters_are_numpys(seed, count, width, pixel):
    rows = numbers(seed, (count, width * pixel), np.uint8)
    if seed % 2:  # smooth, so that every filter is the best one somewhere
        rows = (np.cumsum(rows % 5, axis=seed % 4 // 2) + rows % 3).astype(np.uint8)
    above = numbers(seed + 1, width * pixel, np.uint8)
    made = _filtered(rows, above, pixel)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "pixels", None)
        assert np.array_equal(made, _filtered(rows, above, pixel))


@pytest.mark.parametrize("without", [None, "the extension"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_filter_is_read_back(monkeypatch, without, channels, dtype):
    if without:
        monkeypatch.setattr(native, "pixels", None)
    top = np.iinfo(dtype).max
    rows, columns = np.mgrid[:60, :50]
    flat, noise = np.zeros((60, 50)), numbers(1, (60, 50), dtype)
    smooth = [flat, columns * 3, rows * 5, columns * 2 + rows * 3, (rows * columns) // 7 + rows]
    planes = [np.where(noise % 17 == 0, noise, plane) % top for plane in smooth]
    stacked = np.vstack(planes).astype(dtype)
    pixels = np.dstack([stacked, stacked[:, ::-1], stacked // 2])
    pixels = pixels if channels > 2 else stacked
    alpha = None if channels % 2 else stacked[::-1]
    found = decode(encode(Picture(pixels, alpha), ".png"), "it")
    assert np.array_equal(found.channels(), Picture(pixels, alpha).channels())


def test_an_extension_of_another_interface_is_as_good_as_none(tmp_path: Path) -> None:
    import subprocess
    import sys

    script = """
import sys, types
sys.modules["srq.image.native._pixels"] = types.ModuleType("_pixels")
from srq.image import native
assert native.pixels is None
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)
