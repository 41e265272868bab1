import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from srq.errors import ImageError
from srq.image.metrics import mean_psnr, psnr, ssim


def noisy(a: np.ndarray, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(7).normal(0, sigma, a.shape)
    return np.clip(np.rint(a + noise), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("sigma", [1, 10, 60])
@pytest.mark.parametrize("shave", [0, 2, 5])
def test_equal_scikit_image(sigma: float, shave: int) -> None:
    a = data.camera()[:200, :301]
    b = noisy(a, sigma)
    inner = slice(shave, -shave or None)
    x, y = a[inner, inner], b[inner, inner]
    assert psnr(a, b, shave=shave) == pytest.approx(
        peak_signal_noise_ratio(x, y, data_range=255), abs=1e-12
    )
    options: Any = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    every: Any = structural_similarity(x, y, data_range=255, full=True, **options)[1]
    # Windows reaching over the border are none of ssim_index's.
    assert ssim(a, b, shave=shave) == pytest.approx(every[5:-5, 5:-5].mean(), abs=1e-12)


def test_equal_pictures() -> None:
    a = data.camera()[:64, :64]
    assert psnr(a, a) == math.inf
    assert ssim(a, a) == pytest.approx(1, abs=1e-15)


@settings(max_examples=30, deadline=None)
@given(st.tuples(st.integers(11, 80), st.integers(11, 40), st.integers(0, 2**32 - 1)))
def test_symmetric_and_bounded(shape_and_seed: tuple[int, int, int]) -> None:
    *shape, seed = shape_and_seed
    a, b = np.random.default_rng(seed).integers(0, 256, (2, *shape), np.uint8)
    assert psnr(a, b) == psnr(b, a)
    assert ssim(a, b) == pytest.approx(ssim(b, a), abs=1e-12)
    assert -1 <= ssim(a, b) <= 1
    assert ssim(a.T, b.T) == pytest.approx(ssim(a, b), abs=1e-12)


def test_one_level_apart() -> None:
    a = np.full((20, 20), 100, np.uint8)
    assert psnr(a, a + 1) == pytest.approx(20 * math.log10(255))


@pytest.mark.parametrize("metric", [psnr, ssim])
def test_refusals(metric) -> None:
    a = np.zeros((20, 30), np.uint8)
    with pytest.raises(ImageError, match="one is 20 x 30 and the other 20 x 31"):
        metric(a, np.zeros((20, 31), np.uint8))
    with pytest.raises(ImageError, match="not float64 of shape"):
        metric(a.astype(float), a.astype(float))
    with pytest.raises(ImageError, match="take the luma first"):
        metric(np.dstack([a] * 3), np.dstack([a] * 3))
    with pytest.raises(ImageError, match="0 pixels or more, not -1"):
        metric(a, a, shave=-1)
    with pytest.raises(ImageError, match="too small to compare with 10 pixels shaved"):
        metric(a, a, shave=10)


def test_ssim_needs_a_window() -> None:
    a = np.zeros((20, 30), np.uint8)
    assert psnr(a, a, shave=5) == math.inf
    with pytest.raises(ImageError, match="at least 11 x 11 must remain"):
        ssim(a, a, shave=5)


def test_equal_pictures_count_in_no_mean():
    assert mean_psnr([30.0, math.inf, 34.0]) == 32.0
    assert mean_psnr([math.inf]) == math.inf
