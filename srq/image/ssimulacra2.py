"""SSIMULACRA 2.1, the perceptual metric of Jon Sneyers: how much a viewer sees of a compression.

100 says that two pictures are equal; its author calls 90 visually lossless, 70 high, 50 medium and
30 low quality. It is the mean and the 4-norm of three maps (structural similarity, edges that came,
edges that went) of three channels (XYB) at six scales, weighed as viewers judged. Pictures are read
as sRGB.

A picture is gone through in strips of rows, so that memory grows with a quarter of it at most.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.errors import ImageError
from srq.image.planes import Plane, convolve

_SCALES = 6
_LEAST = 8  # pixels on a side
_ROWS = 64  # of a strip; even, so that strips halve
_C2 = np.float32(0.0009)

# Opsin: what cones take of red, green and blue light, and what they take in the dark.
_OPSIN = np.array(
    [
        [0.30, 0.622, 0.078],
        [0.23, 0.692, 0.078],
        [0.24342268924547819, 0.20476744424496821, 0.55180986650955360],
    ],
    np.float32,
)
_DARK = np.float32(0.0037930732552754493)

# For each channel, scale and norm: structural similarity, edges that came, edges that went.
_WEIGHTS = np.array([
    0, 0.0007376606707406586, 0, 0, 0.0007793481682867309, 0, 0, 0.0004371155730107379, 0,
    1.1041726426657346, 0.00066284834129271, 0.00015231632783718752, 0, 0.0016406437456599754,
    0, 1.8422455520539298, 11.441172603757666, 0, 0.0007989109436015163, 0.000176816438078653,
    0, 1.8787594979546387, 10.94906990605142, 0, 0.0007289346991508072, 0.9677937080626833, 0,
    0.00014003424285435884, 0.9981766977854967, 0.00031949755934435053, 0.0004550992113792063,
    0, 0, 0.0013648766163243398, 0, 0, 0, 0, 0, 7.466890328078848, 0, 17.445833984131262,
    0.0006235601634041466, 0, 0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264,
    225.20515300849274, 0, 0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985,
    176.39317598450694, 0, 0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408, 0,
    0, 0, 34.77906344483772, 44.835625328877896, 0, 0, 0, 0, 0, 0, 0, 0, 0.0008680556573291698,
    0, 0, 0, 0, 0, 0.0005313191874358747, 0, 0.00016533814161379112, 0, 0, 0, 0, 0,
    0.0004179171803251336, 0.0017290828234722833, 0, 0.0020827005846636437, 0, 0,
    8.826982764996862, 23.19243343998926, 0, 95.1080498811086, 0.9863978034400682,
    0.9834382792465353, 0.0012286405048278493, 171.2667255897307, 0.9807858872435379, 0, 0, 0,
    0.0005130064588990679, 0, 0.00010854057858411537,
])  # fmt: skip

_Levels = NDArray[np.uint8] | Plane


def ssimulacra2(original: NDArray[np.uint8], distorted: NDArray[np.uint8]) -> float:
    """The SSIMULACRA 2.1 score, at most 100, of two sRGB pictures, uint8 (H, W, 3) or gray (H, W).

    Below 225 pixels on a side there are fewer than six scales. As in the reference, the weights of
    the others then count for what is left, and the score says little.

    Raises ImageError if the two are not of one shape, or smaller than 8 x 8 pixels.
    """
    if original.shape != distorted.shape:
        raise ImageError(
            f"Only pictures of the same size can be compared, but one is {_size(original)} and the"
            f" other {_size(distorted)}."
        )
    for picture in (original, distorted):
        if (
            picture.dtype != np.uint8
            or picture.ndim not in (2, 3)
            or picture.shape[2:] not in ((), (3,))
        ):
            raise ImageError(
                f"Only 8-bit RGB or gray pictures have an SSIMULACRA2 score, not {picture.dtype} of"
                f" shape {picture.shape}."
            )
    if min(original.shape[:2]) < _LEAST:
        raise ImageError(
            f"A picture of {_size(original)} is too small for SSIMULACRA2; it takes {_LEAST} x"
            f" {_LEAST} pixels and more."
        )
    pair: tuple[_Levels, _Levels] = original, distorted
    norms: list[NDArray[np.float64]] = []
    for scale in range(_SCALES):
        if min(pair[0].shape[:2]) < _LEAST:
            break
        found, pair = _one_scale(*pair, last=scale == _SCALES - 1)
        norms.append(found)
    # The weights of a channel come together, then those of a scale.
    values = np.stack(norms, axis=1).ravel()
    return _score(float(values @ _WEIGHTS[: len(values)]))


def _score(error: float) -> float:
    """What the weighed sum of the norms is on the scale of viewers."""
    error *= 0.9562382616834844
    error = (
        2.326765642916932 * error
        - 0.020884521182843837 * error**2
        + 6.248496625763138e-05 * error**3
    )
    return 100 - 10 * error**0.6276336467831387 if error > 0 else 100.0


def _one_scale(
    a: _Levels, b: _Levels, *, last: bool
) -> tuple[NDArray[np.float64], tuple[Plane, Plane]]:
    """The norms (channel, norm, map) of two pictures, and the pictures at half their size.

    Of the last scale the halves are empty.
    """
    height, width = a.shape[:2]
    half = (0, 0, 3) if last else (-(-height // 2), -(-width // 2), 3)
    halves = np.empty(half, np.float32), np.empty(half, np.float32)
    reach = len(_kernel()) // 2
    sums = np.zeros((2, 3, 3))
    for top in range(0, height, _ROWS):
        bottom = min(top + _ROWS, height)
        outer = slice(max(0, top - reach), min(height, bottom + reach))
        # What lies beyond the picture counts as nothing.
        beyond = (max(0, reach - top), max(0, bottom + reach - height))
        xybs = []
        for picture, smaller in zip((a, b), halves, strict=True):
            light = _light(picture[outer])
            if not last:
                smaller[top // 2 : -(-bottom // 2)] = _half(
                    light[top - outer.start :][: bottom - top]
                )
            xybs.append(_xyb(light))
        sums += _sums(xybs[0], xybs[1], beyond)
    means = sums / (height * width)
    means[1] = np.sqrt(np.sqrt(means[1]))
    return means.transpose(2, 0, 1), halves


def _sums(a: NDArray[Any], b: NDArray[Any], beyond: tuple[int, int]) -> NDArray[np.float64]:
    """The sums (norm, map, channel) over a strip that comes with its halo, of which ``beyond``
    rows above and below lie outside the picture."""
    blurred = _blurred(beyond)
    reach = len(_kernel()) // 2
    inner = slice(reach - beyond[0], len(a) - (reach - beyond[1]))
    mean_a, mean_b = blurred(a), blurred(b)
    product = mean_a * mean_b
    squares = mean_a * mean_a + mean_b * mean_b
    apart = mean_a - mean_b
    above = (1 - apart * apart) * (2 * (blurred(a * b) - product) + _C2)
    below = (blurred(a * a + b * b) - squares) + _C2
    unlike = np.maximum(1 - above / below, 0)
    edges = (1 + np.abs(b[inner] - mean_b)) / (1 + np.abs(a[inner] - mean_a)) - 1
    maps = (unlike, np.maximum(edges, 0), np.maximum(-edges, 0))
    found = np.empty((2, 3, 3))
    for number, one in enumerate(maps):
        found[0, number] = one.sum(axis=(0, 1), dtype=np.float64)
        one *= one
        one *= one
        found[1, number] = one.sum(axis=(0, 1), dtype=np.float64)
    return found


def _blurred(beyond: tuple[int, int]) -> Callable[[NDArray[Any]], Plane]:
    kernel = _kernel()
    reach = len(kernel) // 2

    def blurred(strip: NDArray[Any]) -> Plane:
        across = convolve(strip, kernel[None, :], "constant")
        # Rows outside the picture are padded here; the halo's own padding is cut off again.
        whole = convolve(across, kernel[:, None], "constant")
        return whole[reach - beyond[0] : len(whole) - (reach - beyond[1])]

    return blurred


@cache
def _kernel() -> NDArray[np.float32]:
    """The Gaussian of sigma 1.5 as Charalampidis' recursive filter has it: three cosines, cut off
    where they meet zero. It is that of libjxl's FastGaussian, which the metric was tuned with."""
    sigma, radius = 1.5, 5
    omega = np.array([1, 3, 5]) * np.pi / (2 * radius)
    p = np.array([1, -1, 1]) / np.tan(0.5 * omega)
    r = np.array([1, -1, 1]) * p * p / np.sin(omega)
    rho = np.exp(-0.5 * sigma**2 * omega**2) / radius
    cross = p[0] * r[1] - r[0] * p[1]
    zeta = (p[1] * r[2] - r[1] * p[2]) / cross, (p[2] * r[0] - r[2] * p[0]) / cross
    wanted = np.array([1, radius**2 - sigma**2, zeta[0] * rho[0] + zeta[1] * rho[1] + rho[2]])
    beta = np.linalg.solve(np.array([p, r, [*zeta, 1]]), wanted)
    places = np.arange(1 - radius, radius)
    taps = np.cos(np.outer(places, omega)) @ beta
    return taps.astype(np.float32)


def _light(rows: NDArray[Any]) -> Plane:
    """Rows of sRGB codes as light from 0 to 1; light as it is."""
    if rows.dtype != np.uint8:
        return rows
    light = _light_of_codes()[rows]
    return np.repeat(light[..., None], 3, axis=2) if light.ndim == 2 else light


@cache
def _light_of_codes() -> NDArray[np.float32]:
    codes = np.arange(256) / 255
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def _half(light: NDArray[Any]) -> Plane:
    """Each two by two pixels as their mean; an odd last row or column counts twice."""
    height, width = light.shape[:2]
    if height % 2 or width % 2:
        light = np.pad(light, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    rows = light[::2] + light[1::2]
    return (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)


def _xyb(light: NDArray[Any]) -> Plane:
    """Light as the channels X, Y and B - Y, moved and stretched to be above 0."""
    cones = np.cbrt(np.maximum(light @ _OPSIN.T + _DARK, 0)) - np.cbrt(_DARK)
    out = np.empty_like(cones)
    out[..., 0] = 7 * (cones[..., 0] - cones[..., 1]) + np.float32(0.42)
    y = 0.5 * (cones[..., 0] + cones[..., 1])
    out[..., 1] = y + np.float32(0.01)
    out[..., 2] = (cones[..., 2] - y) + np.float32(0.55)
    return out


def _size(picture: NDArray[np.uint8]) -> str:
    return " x ".join(str(n) for n in picture.shape[:2])
