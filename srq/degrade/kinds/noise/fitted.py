"""Noise as a camera makes it: correlated, coloured, and of a strength that depends on luma."""

from srq.degrade.degradation import Applied, Degradation, Pixels, Setting
from srq.degrade.noise_model import NoiseModel
from srq.degrade.parameters import Number, Text


def _apply(picture: Pixels, setting: Setting) -> Applied:
    model = NoiseModel.load(setting.values["model"])
    source = model.sources[int(setting.rng.integers(len(model.sources)))]
    noise = source.draw(picture, setting.rng)
    noise *= setting.values["strength"]
    return Applied(picture + noise, {"source": source.name})


FITTED = Degradation(
    "fitted",
    (
        Text(
            "model",
            "a name, or a path ending in .safetensors",
            default="camera",
            check=NoiseModel.load,
        ),
        Number("strength", 0, 8, default=1),
    ),
    _apply,
    stochastic=True,
    family="noise",
    about="The noise of cameras, fitted to their noisy pictures.",
)
