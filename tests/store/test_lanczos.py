"""Lanczos in whole numbers against Pillow's, and against the formula in floats."""

import numpy as np
import pytest
from PIL import Image

from srq.store.lanczos import _weights, enlarged, reduced


def by_the_formula(pixels, scale):
    """sinc(x) sinc(x / 3) over six samples and more, normalized; borders repeat."""
    for axis in (0, 1):
        n = pixels.shape[axis]
        place = (np.arange(n * scale) + 0.5) / scale - 0.5
        tap = np.arange(-4, n + 4)
        x = place[:, None] - tap
        weights = np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)
        weights /= weights.sum(axis=1, keepdims=True)
        source = np.take(pixels, np.clip(tap, 0, n - 1), axis=axis)
        pixels = np.moveaxis(np.tensordot(weights, source, (1, axis)), 0, axis)
    return np.clip(pixels, 0, 255)


@pytest.mark.parametrize("scale", [2, 3])
def test_the_formula_to_two_levels(photo, scale):
    apart = np.abs(enlarged(photo, scale) - by_the_formula(photo.astype(float), scale))
    assert apart.max() <= 2
    assert apart.mean() < 0.4


@pytest.mark.parametrize("scale", [2, 3])
def test_near_pillow_inside(photo, scale):
    made = enlarged(photo, scale)
    size = (photo.shape[1] * scale, photo.shape[0] * scale)
    theirs = np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.LANCZOS))
    inner = slice(4 * scale, -4 * scale)
    apart = np.abs(made[inner, inner].astype(int) - theirs[inner, inner])
    assert apart.max() <= 5  # Pillow clips what overshoots between its passes.
    assert apart.mean() < 0.4


@pytest.mark.parametrize("scale", [2, 3])
def test_flat_stays_flat_and_sums_fit(scale):
    for value in (0, 1, 127, 255):
        flat = np.full((5, 1, 3), value, np.uint8)
        assert (enlarged(flat, scale) == value).all()
    most = max(sum(abs(weight) for weight in row) for row in _weights(scale))
    assert 255 * most * most + (1 << 19) < 2**31


def test_odd_sides_round_up():
    assert reduced(np.zeros((5, 7, 3), np.uint8), 2).shape == (3, 4, 3)
    assert reduced(np.zeros((1, 8, 3), np.uint8), 3).shape == (1, 3, 3)
