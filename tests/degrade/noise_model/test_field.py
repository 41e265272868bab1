"""Correlated noise against the spectrum that it was asked for."""

import numpy as np
import pytest

from srq.degrade.noise_model.field import _CELL, correlated
from srq.degrade.noise_model.patches import COLUMNS, RADIUS, SIZE, TIMES


def spectrum_of(width, shared):
    """Two Gaussian spectra of mean 1, correlated by ``shared`` at every frequency."""
    power = np.exp(-((RADIUS / width) ** 2)) + 0.02
    power /= (power * TIMES).sum() / TIMES.sum()
    return np.array([[power, shared * power], [shared * power, power]])


@pytest.mark.parametrize("shape", [(300, 220), (64, 500)])
def test_variance_and_correlations_are_those_of_the_spectrum(shape):
    spectrum = spectrum_of(6, 0.4)
    lags = np.fft.irfft2(spectrum[0, 0], (SIZE, SIZE))
    fields = [correlated(spectrum, shape, np.random.default_rng(seed)) for seed in range(12)]
    noise = np.array(fields)
    assert noise.shape == (12, 2, *shape)
    assert noise.var() == pytest.approx(1, rel=0.03)
    assert (noise[:, 0] * noise[:, 1]).mean() == pytest.approx(0.4, abs=0.03)
    beside = (noise[..., 1:] * noise[..., :-1]).mean()
    assert beside == pytest.approx(lags[0, 1], abs=0.03)
    below = (noise[..., 2:, :] * noise[..., :-2, :]).mean()
    assert below == pytest.approx(lags[2, 0], abs=0.03)


def test_a_white_spectrum_gives_white_noise():
    white = np.ones((1, 1, SIZE, COLUMNS))
    noise = correlated(white, (200, 200), np.random.default_rng(1))[0]
    assert noise.var() == pytest.approx(1, rel=0.03)
    assert abs((noise[:, 1:] * noise[:, :-1]).mean()) < 0.02


def test_cells_leave_no_seam():
    spectrum = spectrum_of(6, 0)[:1, :1]
    noise = np.concatenate(
        [correlated(spectrum, (40, _CELL + 200), np.random.default_rng(s))[0] for s in range(30)]
    )
    variance = noise.var(0)
    assert variance.mean() == pytest.approx(1, rel=0.05)
    seam = slice(_CELL - 32, _CELL)
    assert variance[seam].mean() == pytest.approx(1, rel=0.12)
    beside = (noise[:, 1:] * noise[:, :-1]).mean(0)
    assert beside[seam].mean() == pytest.approx(beside.mean(), abs=0.1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 70), (5, 3), (33, 47)])
def test_any_size_and_the_same_seed_gives_the_same(shape):
    spectrum = spectrum_of(4, 0.2)
    first, second = (correlated(spectrum, shape, np.random.default_rng(9)) for _ in range(2))
    assert first.shape == (2, *shape)
    assert np.isfinite(first).all()
    assert (first == second).all()
