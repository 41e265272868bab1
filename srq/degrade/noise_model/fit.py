"""Fits a noise model to the flattest patches of noisy pictures; no clean picture is needed.

The noise of a source is a cross spectrum of Y, Cb and Cr, and a level of each that depends on
luma. Three things would make the levels too low or too high, and are put right: patches chosen
for little noise (see ``patches.HALF``), trends that were taken away (``patches.KEPT``; the lowest
frequencies are continued from those above), and pictures that are nowhere flat at some
brightness, whose patches count less the further they stand out above the curve.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from srq.degrade.noise_model.model import CENTRES, LEVELS, NoiseModel, Source
from srq.degrade.noise_model.patches import (
    COLUMNS,
    KEPT,
    RADIUS,
    SIZE,
    TIMES,
    Flat,
    flattest,
    patches_of,
)
from srq.errors import DataError

_LUMA, _CHROMA = (RADIUS >= 4) & (RADIUS < 12), (RADIUS >= 2) & (RADIUS < 7)
_MEASURED_AT = np.array([_LUMA, _CHROMA, _CHROMA])
_LOWEST = (4, 2, 2)
"""Below so many cycles a patch there is more picture than noise; the spectrum is continued."""

_CONTINUED_FROM = ((4, 8), (2, 5), (2, 5))
_ROUNDS = 3
_PASSES = 4
_STANDS_OUT = (0.4, 1.0, 1.0)
"""How far above its curve a level still counts in full: pictures differ in luma above all."""

_REACH = 16.0
_PRIOR_PATCHES = 2.0
_HANN_SHARES = 2.25
"""How many bins of a Hann window share what one bin of no window says."""

_LEAST_PATCHES = 24
_FLOOR = 1e-8

Array = NDArray[np.float64]


def fit_noise(sources: Mapping[str, Iterable[NDArray[np.uint8]]]) -> NoiseModel:
    """A model of ``sources``: noisy pictures by the name of what made them, a camera say.

    The pictures are uint8 (H, W) or (H, W, 3), not scaled and not denoised. Raises DataError,
    naming the source, if one has too few patches that are neither clipped nor too small.
    """
    if not sources:
        raise DataError("A noise model needs noisy pictures of at least one source.")
    flat = {name: _flat(name, pictures) for name, pictures in sources.items()}
    # Sources share the shape of their curves where they say nothing of their own.
    prior = np.zeros((3, LEVELS))
    fitted: dict[str, Source] = {}
    for _ in range(_ROUNDS):
        fitted = {name: _fit(name, halves, prior) for name, halves in flat.items()}
        curves = np.array([source.curves for source in fitted.values()])
        prior = np.median(curves - curves.mean(2, keepdims=True), axis=0)
    return NoiseModel(tuple(fitted.values()))


def _flat(name: str, pictures: Iterable[NDArray[np.uint8]]) -> tuple[Flat, Flat]:
    """The flattest patches of each picture, by either half of the bins."""
    found = [
        flattest(patches_of(picture)) for picture in pictures if min(picture.shape[:2]) >= SIZE
    ]
    halves = tuple(Flat.joined(parts) for parts in zip(*found, strict=True))
    if len(halves) != 2 or min(len(half.luma) for half in halves) < _LEAST_PATCHES:
        raise DataError(
            f"The noise of '{name}' cannot be fitted: it needs pictures of some hundred pixels a "
            "side with parts that are flat and not clipped; give larger ones, or more."
        )
    return halves


def _fit(name: str, halves: tuple[Flat, Flat], prior: Array) -> Source:
    spectrum = np.ones((3, SIZE, COLUMNS))
    correlation = np.tile(np.eye(3)[:, :, None, None], (1, 1, SIZE, COLUMNS))
    luma = np.concatenate([half.luma for half in halves])
    curves = prior
    for _ in range(_PASSES):
        levels = [_levels(half, spectrum) for half in halves]
        curves = np.array(
            [
                _curve(luma, *each)
                for each in zip(np.concatenate(levels).T, prior, _STANDS_OUT, strict=True)
            ]
        )
        spectrum, correlation = _spectrum(halves, levels)
    root = np.sqrt(spectrum)
    return Source(name, curves, correlation * root[:, None] * root[None])


def _levels(half: Flat, spectrum: Array) -> Array:
    """The logarithm of each patch's noise in Y, Cb and Cr, if noise had this ``spectrum``."""
    expected = spectrum * KEPT * _MEASURED_AT * half.at
    power = (np.abs(half.spectra) ** 2 * (_MEASURED_AT * half.at * TIMES)).sum((2, 3))
    # The mean of a logarithm of few numbers is too low.
    freedom = 2 * expected.sum((1, 2)) ** 2 / (expected**2).sum((1, 2)) / _HANN_SHARES
    relative = power / (expected * TIMES).sum((1, 2))
    return 0.5 * np.log(np.maximum(relative, _FLOOR)) + 0.5 / freedom


def _curve(luma: Array, level: Array, prior: Array, stands_out: float) -> Array:
    """Levels at ``CENTRES``: near patches decide, and where there are none the prior's shape."""
    rest = level - np.interp(luma, CENTRES, prior)
    weight = np.ones(len(luma))
    offset = float(np.median(rest))
    near = np.exp(-0.5 * ((CENTRES[:, None] - luma) / _REACH) ** 2)
    deviation = np.zeros(LEVELS)
    for _ in range(8):
        pull = near * weight
        deviation = (pull * (rest - offset)).sum(1) / (pull.sum(1) + _PRIOR_PATCHES)
        above = np.maximum(rest - offset, stands_out)
        weight = (stands_out / above) ** 2
        offset = float(np.average(rest, weights=weight))
    return prior + offset + deviation


def _spectrum(halves: tuple[Flat, Flat], levels: Sequence[Array]) -> tuple[Array, Array]:
    """The spectra (3, ...), of mean 1, and the correlations (3, 3, ...) at each frequency."""
    total = np.zeros((3, 3, SIZE, COLUMNS))
    count = np.zeros((SIZE, COLUMNS))
    for half, level in zip(halves, levels, strict=True):
        own = np.where(half.at, half.spectra / np.exp(level)[:, :, None, None], 0)
        total += np.einsum("niyx,njyx->ijyx", own, own.conj()).real
        count += half.at * len(level)
    power = total / count / KEPT
    spectrum = np.maximum(np.einsum("iiyx->iyx", power), _FLOOR)
    root = np.sqrt(spectrum)
    correlation = power / (root[:, None] * root[None])
    low = RADIUS < 4
    correlation[:, :, low] = correlation[:, :, (RADIUS >= 4) & (RADIUS < 7)].mean(2)[:, :, None]
    return np.array([_continued(*each) for each in enumerate(spectrum)]), correlation


def _continued(channel: int, spectrum: Array) -> Array:
    """``spectrum`` with its lowest frequencies as a Gaussian through those above; mean 1."""
    start, end = _CONTINUED_FROM[channel]
    ring = (start <= RADIUS) & (end > RADIUS)
    low = _LOWEST[channel] > RADIUS
    slope, top = np.polyfit(RADIUS[ring] ** 2, np.log(spectrum[ring]), 1)
    whole = spectrum.copy()
    # The window blurs the peak at 0.
    whole[low] = np.exp(top + min(slope, 0) * np.maximum(RADIUS[low] ** 2, 0.5))
    return whole / ((whole * TIMES).sum() / TIMES.sum())
