"""Blur of a lens out of focus: a disc, in light."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Degradation, Exact, Pixels, Setting
from srq.degrade.parameters import Choice, Number
from srq.image.planes import codes_of_light, convolve, from_light, to_light

# A disc as a sum of complex Gaussians (a, b, A, B), by Olli Niemitalo (yehar.com/blog/?p=1495).
_COMPONENTS = {
    1: ((0.862325, 1.624835, 0.767583, 1.862321),),
    2: (
        (0.886528, 5.268909, 0.411259, -0.548794),
        (1.960518, 1.558213, 0.513282, 4.56111),
    ),
    3: (
        (2.17649, 5.043495, 1.621035, -2.105439),
        (1.019306, 9.027613, -0.28086, -0.162882),
        (2.81511, 1.597273, -0.366471, 10.300301),
    ),
    4: (
        (4.338459, 1.553635, -5.767909, 46.164397),
        (3.839993, 4.693183, 9.795391, -15.227561),
        (2.791880, 8.178137, -3.048324, 0.302959),
        (1.342190, 12.328289, 0.010001, 0.244650),
    ),
    5: (
        (4.892608, 1.685979, -22.356787, 85.91246),
        (4.71187, 4.998496, 35.918936, -28.875618),
        (4.052795, 8.244168, -13.212253, -1.578428),
        (2.929212, 11.900859, 0.507991, 1.816328),
        (1.512961, 16.116382, 0.138051, -0.01),
    ),
    6: (
        (5.143778, 2.079813, -82.326596, 111.231024),
        (5.612426, 6.153387, 113.878661, 58.004879),
        (5.982921, 9.802895, 39.479083, -162.028887),
        (6.505167, 11.059237, -71.286026, 95.027069),
        (3.869579, 14.81052, 1.405746, -3.704914),
        (2.201904, 19.032909, -0.152784, -0.107988),
    ),
}
# How far the components reach beyond the disc; as BlurGenerator has them.
_WIDTHS = {1: 1.4, 2: 1.2, 3: 1.2, 4: 1.2, 5: 1.2, 6: 1.2}

_BORDERS = {"reflect-101": "reflect", "reflect": "symmetric", "replicate": "edge"}


@lru_cache(maxsize=64)
def lens_kernel(radius: int, components: int = 4) -> NDArray[np.float64]:
    """The kernel, ``2 * radius + 1`` samples a side, as BlurGenerator has it.

    The sum of the components' complex kernels, A times its real part plus B times its imaginary
    one, is one real kernel. It has slightly negative lobes and, in the rounding of float32, a
    sum of 0.999999 or so.
    """
    x = np.arange(-radius, radius + 1, dtype=np.float32)
    x = x * np.float32(_WIDTHS[components]) * np.float32(1 / radius)
    kernel = np.zeros((len(x), len(x)))
    total = np.float32(0)
    for a, b, real, imaginary in _COMPONENTS[components]:
        size = (np.float32(a) * x**2).astype(np.float64)
        turn = (np.float32(b) * x**2).astype(np.float64)
        line = (np.exp(-size) * np.cos(turn)).astype(np.float32).astype(np.float64)
        turned = (np.exp(-size) * np.sin(turn)).astype(np.float32).astype(np.float64)
        part = real * (np.outer(line, line) - np.outer(turned, turned))
        part += imaginary * (np.outer(line, turned) + np.outer(turned, line))
        kernel += part
        for value in part.astype(np.float32).ravel():
            total += value
    return kernel / float(total)


def lens_blur(
    picture: Pixels,
    radius: int,
    *,
    components: int = 4,
    gamma: float = 2.0,
    border: str = "reflect-101",
    exact: Exact = "default",
) -> Pixels:
    """Blur (H, W) or (H, W, 3) by a disc of ``radius`` pixels.

    The disc acts on ``(code / 255) ** gamma``, so that highlights spread. ``border`` is
    "reflect-101" (mirrored about the edge pixel), "reflect" (the edge pixel repeated once) or
    "replicate" (the edge pixel repeated). The result is float64 in code values or, with
    ``exact`` as "seed", uint8, truncated.
    """
    kernel = lens_kernel(radius, components)
    if exact == "default":
        kernel = kernel / kernel.sum()
    light = convolve(to_light(picture, gamma), kernel, _BORDERS[border])
    if exact == "seed":
        return codes_of_light(light, gamma).reshape(picture.shape)
    return from_light(light, gamma).reshape(picture.shape).astype(np.float64) * 255.0


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    return lens_blur(
        picture,
        values["radius"],
        components=values["components"],
        gamma=values["gamma"],
        border=values["border"],
        exact=setting.exact,
    )


LENS = Degradation(
    "lens",
    (
        Number("radius", 1, 32, integer=True),
        Number("components", 1, 6, integer=True, default=4),
        Number("gamma", 1, 2.5, default=2),
        Choice("border", tuple(_BORDERS), default="reflect-101"),
    ),
    _apply,
    family="blur",
    about="A lens out of focus: a disc, in light.",
)
