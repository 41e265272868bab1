"""What each degradation does to a picture: ``docs/images/degradations/KIND.webp``.

``python -m scripts.tools.degradation_pictures [KIND ...]`` draws those, or all: the picture given
on the left, what came of it on the right, enlarged again if it is smaller.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage import data

from srq.degrade.degradation import Degradation, Pixels, Setting, pixels_of, to_uint8
from srq.degrade.parameters import Choice, Number, Parameter
from srq.degrade.registry import DEGRADATIONS

FOLDER = Path(__file__).parents[2] / "docs" / "images" / "degradations"
SIZE = 160  # pixels of a picture's side
LARGEST = 20_000  # bytes of a file

SHOWN: dict[str, dict[str, Any]] = {
    "anisotropic": {"sigma_x": 4, "sigma_y": 0.8, "angle": 30},
    "av1": {"crf": 55},
    "avif": {"quality": 25},
    "blotches": {"count": 3, "radius": 24, "tone": "both"},
    "blur": {"radius": 2},
    "box": {"size": 6},
    "down_up": {"between": 0.3, "first_filter": "nearest", "second_filter": "lanczos", "factor": 1},
    "dust": {"density": 12, "size": 0.8, "fibres": 0.3},
    "fade": {"strength": 0.6, "stain": 0.5},
    "fitted": {"strength": 2},
    "folds": {"count": 1, "width": 1.5},
    "generalized": {"sigma_x": 2.5, "sigma_y": 2.5, "beta": 4},
    "grain": {"sigma": 0.05, "size": 1.2},
    "h264": {"crf": 38},
    "halo": {"radius": 2, "amount": 2},
    "hevc": {"crf": 38},
    "holes": {"count": 3, "radius": 10, "edge": 0.5},
    "jpeg": {"quality": 12},
    "lens": {"radius": 5},
    "motion": {"length": 13, "angle": 30},
    "mpeg1": {"qscale": 16},
    "mpeg2": {"qscale": 16},
    "mpeg4": {"qscale": 16},
    "noise": {"sigma": 0.06},
    "plateau": {"sigma_x": 2.5, "sigma_y": 2.5, "beta": 2},
    "poisson": {"photons": 60},
    "resize": {"filter": "lanczos", "factor": 0.5},
    "ringing": {"cutoff": 0.35, "waves": 5},
    "salt_pepper": {"amount": 0.04},
    "scratches": {"count": 6, "width": 1, "spread": 40, "tone": "both"},
    "sepia": {"strength": 1},
    "sinc": {"cutoff": 1.0},
    "speckle": {"sigma": 0.15},
    "uniform": {"amplitude": 0.2},
    "spots": {"count": 8, "radius": 7},
    "unsharp": {"radius": 1.5, "amount": 3},
    "up_down": {"between": 2, "first_filter": "nearest", "second_filter": "lanczos", "factor": 0.5},
    "vp9": {"crf": 60},
    "webp": {"quality": 5},
}
"""The values that a picture shows; others are the parameter's own, or the middle of its range."""


UNSHOWN = ("learned",)
"""Kinds without a picture: they need a model of the user's."""


def draw(degradation: Degradation, picture: Pixels) -> Image.Image:
    """``picture``, and beside it what ``degradation`` makes of it."""
    shown = SHOWN.get(degradation.kind, {})
    values = {each.name: _value(each, shown) for each in degradation.parameters}
    lr = (picture.shape[0] // 2, picture.shape[1] // 2)
    setting = Setting(values, 2, np.random.default_rng(0), lr=lr)
    made = to_uint8(pixels_of(degradation.apply(picture, setting)))
    if made.shape != picture.shape:
        enlarged = Image.fromarray(made).resize(picture.shape[1::-1], Image.Resampling.NEAREST)
        made = np.asarray(enlarged)
    return Image.fromarray(np.concatenate([picture, made], axis=1))


def _value(parameter: Parameter, shown: dict[str, Any]) -> Any:
    raw = shown.get(parameter.name, parameter.default)
    if raw is None and isinstance(parameter, Number):
        raw = (parameter.low + parameter.high) / 2
        raw = int(raw) if parameter.integer else raw
    elif raw is None and isinstance(parameter, Choice):
        raw = parameter.options[0]
    return parameter.parse(raw, "the pictures").at(0.0)


def save(image: Image.Image, path: Path) -> None:
    """Write ``image`` as finely as ``LARGEST`` bytes allow."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for quality in range(95, 45, -5):
        image.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= LARGEST:
            return


def main() -> None:
    """Draw the kinds that were named, or all."""
    picture = np.ascontiguousarray(data.astronaut()[30 : 30 + SIZE, 140 : 140 + SIZE])
    for kind in sys.argv[1:] or [kind for kind in DEGRADATIONS if kind not in UNSHOWN]:
        save(draw(DEGRADATIONS.load(kind), picture), FOLDER / f"{kind}.webp")


if __name__ == "__main__":
    main()
