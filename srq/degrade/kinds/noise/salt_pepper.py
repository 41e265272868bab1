"""Salt and pepper: single pixels that turn white or black."""

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.kinds.noise.channels import channels_parameter, noise_shape
from srq.degrade.parameters import Number


def salt_pepper(
    picture: Pixels,
    amount: float,
    salt: float,
    rng: np.random.Generator,
    channels: str = "shared",
) -> Pixels:
    """Turn the part ``amount`` of all pixels to 255 or 0, ``salt`` of them to 255.

    With ``channels`` "shared" a pixel turns white or black as a whole, with "independent" each
    of its colours by itself. The rest keeps its value and its dtype.
    """
    chance = rng.random(noise_shape(picture, channels))
    spoiled = np.where(chance < amount, picture.dtype.type(0), picture)
    return np.where(chance < amount * salt, picture.dtype.type(255), spoiled)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    return salt_pepper(picture, values["amount"], values["salt"], setting.rng, values["channels"])


SALT_PEPPER = Degradation(
    "salt_pepper",
    (
        Number("amount", 0, 1),
        Number("salt", 0, 1, default=0.5),
        channels_parameter("shared"),
    ),
    _apply,
    stochastic=True,
    family="noise",
    about="Single pixels turned white or black.",
)
