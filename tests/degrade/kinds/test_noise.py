"""Poisson, speckle, salt and pepper, grain: what their draws are like."""

import numpy as np
import pytest
from scipy.stats import binomtest, kstest, norm, poisson

from srq.degrade.kinds.noise.gaussian import truncated_noise
from srq.degrade.kinds.noise.grain import film_grain
from srq.degrade.kinds.noise.poisson import poisson_noise
from srq.degrade.kinds.noise.salt_pepper import salt_pepper
from srq.degrade.kinds.noise.speckle import speckle
from srq.degrade.kinds.noise.uniform import uniform_noise

GRAY = np.full((200, 150), 128, np.uint8)
RGB = np.full((200, 150, 3), (60, 128, 200), np.uint8)


def rng(seed=4):
    return np.random.default_rng(seed)


def test_poisson_counts_photons():
    counts = poisson_noise(GRAY, 40, rng()) * 40 / 255
    assert np.allclose(counts, np.round(counts))
    mean = 40 * 128 / 255
    assert abs(counts.mean() - mean) < 4 * np.sqrt(mean / counts.size)
    share = (counts == 20).mean()
    assert share == pytest.approx(poisson.pmf(20, mean), rel=0.1)


def test_poisson_leaves_black_and_takes_values_past_the_range():
    assert (poisson_noise(np.zeros((9, 9, 3), np.uint8), 10, rng()) == 0).all()
    assert (poisson_noise(np.full((9, 9), -40.0), 10, rng()) == 0).all()


def test_poisson_of_luma_is_the_same_in_all_colours():
    noise = poisson_noise(RGB, 100, rng(), "shared") - RGB
    assert np.allclose(noise, noise[..., :1])
    luma = RGB[0, 0] @ (0.299, 0.587, 0.114)
    assert noise.std() == pytest.approx(np.sqrt(luma * 255 / 100), rel=0.03)


@pytest.mark.parametrize("picture", [GRAY, RGB])
def test_speckle_is_gaussian_in_proportion(picture):
    ratio = speckle(picture, 0.1, rng()) / picture
    assert kstest(ratio.ravel(), norm(1, 0.1).cdf).pvalue > 0.001


def test_shared_speckle_keeps_the_ratios_of_colours():
    spoiled = speckle(RGB, 0.1, rng(), "shared")
    assert np.allclose(spoiled[..., 0] / 60, spoiled[..., 2] / 200)


def test_uniform_noise_is_drawn_evenly_and_shared_by_colours_where_asked():
    noise = uniform_noise(GRAY, 0.1, rng()) - GRAY
    assert kstest((noise / 51 + 0.5).ravel(), "uniform").pvalue > 0.001
    shared = uniform_noise(RGB, 0.1, rng(), "shared") - RGB
    assert np.allclose(shared[..., 0], shared[..., 2])


def test_salt_and_pepper_spoils_as_many_as_asked():
    spoiled = salt_pepper(GRAY, 0.2, 0.25, rng())
    assert spoiled.dtype == np.uint8
    white, black = int((spoiled == 255).sum()), int((spoiled == 0).sum())
    assert ((spoiled == 128) | (spoiled == 255) | (spoiled == 0)).all()
    assert binomtest(white + black, GRAY.size, 0.2).pvalue > 0.001
    assert binomtest(white, white + black, 0.25).pvalue > 0.001


def test_salt_and_pepper_takes_whole_pixels_or_colours():
    whole = salt_pepper(RGB, 0.3, 0.5, rng())
    assert set(map(tuple, whole.reshape(-1, 3))) == {(0, 0, 0), (255, 255, 255), (60, 128, 200)}
    each = salt_pepper(RGB, 0.3, 0.5, rng(), "independent")
    assert (0, 128, 255) in set(map(tuple, each.reshape(-1, 3)))


@pytest.mark.parametrize(("amount", "salt", "code"), [(0, 0.5, 128), (1, 1, 255), (1, 0, 0)])
def test_salt_and_pepper_at_the_ends(amount, salt, code):
    assert (salt_pepper(GRAY, amount, salt, rng()) == code).all()


@pytest.mark.parametrize("size", [0, 0.4, 1.5])
def test_grain_has_the_deviation_asked_for_at_mid_gray(size):
    picture = np.full((400, 400), 127.5)
    noise = film_grain(picture, 0.03, size, rng()) - 127.5
    assert noise.std() == pytest.approx(0.03 * 255, rel=0.03)


def test_grain_is_soft_and_leaves_black_and_white():
    noise = film_grain(np.full((300, 300), 127.5), 0.03, 1.0, rng()) - 127.5
    near = (noise[:, 1:] * noise[:, :-1]).mean() / noise.var()
    assert near == pytest.approx(np.exp(-1 / 4), abs=0.03)  # a Gaussian's own correlation
    ends = np.tile(np.array([0, 255], np.uint8), (50, 25))
    assert (film_grain(ends, 0.2, 1.0, rng()) == ends).all()


def test_shared_grain_leaves_colour_differences():
    noise = film_grain(RGB, 0.05, 1, rng()) - RGB
    assert np.allclose(noise, noise[..., :1])
    assert not np.allclose(film_grain(RGB, 0.05, 1, rng(), "independent") - RGB, noise)


@pytest.mark.parametrize("picture", [GRAY, RGB, GRAY + 0.3])
def test_truncated_noise_is_gaussian_noise_cut_to_codes(picture):
    noisy = truncated_noise(picture, 10 / 255, rng())
    assert noisy.dtype == np.uint8
    middle = np.floor(picture + 0.5)
    # A code of n says that the sum was from n up to n + 1.
    for below in (-15, -4, 0, 6, 20):
        wanted = norm.cdf(below / 10)
        share = (noisy < middle + below).mean()
        assert abs(share - wanted) < 4 * np.sqrt(wanted * (1 - wanted) / noisy.size)


def test_truncated_noise_is_shared_by_colours_where_asked():
    noise = truncated_noise(RGB, 10 / 255, rng(), "shared").astype(int) - RGB
    assert (noise == noise[..., :1]).all()
    assert (truncated_noise(np.full((9, 9, 3), 255, np.uint8), 0, rng()) == 255).all()
