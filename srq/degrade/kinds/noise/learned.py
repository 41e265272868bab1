"""Noise as a LUD-VAE learned it from clean and noisy pictures."""

from srq.degrade.degradation import Degradation, Pixels, Setting
from srq.degrade.noise_model.learned import LearnedNoise
from srq.degrade.parameters import Number, Text


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    values = setting.values
    model = LearnedNoise.load(values["model"])
    return model.translate(
        picture, setting.rng, temperature=values["temperature"], sigma=values["sigma"]
    )


LEARNED = Degradation(
    "learned",
    (
        Text("model", "a path ending in .safetensors", check=LearnedNoise.load),
        Number("temperature", 0, 4, default=1),
        Number("sigma", 0, 1, default=0.06),
    ),
    _apply,
    stochastic=True,
    family="noise",
    about="The noise of a network trained on clean and noisy pictures.",
)
