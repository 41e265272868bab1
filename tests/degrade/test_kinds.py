"""Each degradation against an authority outside srq."""

import io
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage import data

from srq.degrade.degradation import Setting, pixels_of, to_uint8
from srq.degrade.kinds.blur.gaussian import gaussian_blur, gaussian_kernel
from srq.degrade.kinds.compression.jpeg import jpeg
from srq.degrade.kinds.noise.gaussian import gaussian_noise
from srq.degrade.kinds.resampling.downscale import DOWNSCALE
from srq.degrade.noise_model.learned import LearnedNoise
from srq.degrade.registry import DEGRADATIONS
from srq.image.resize import bicubic

SHAPES = [(65, 31), (40, 33, 3), (33, 1), (1, 1), (2, 3, 3)]


@pytest.mark.parametrize("radius", [0.2, 0.5, 0.8, 2.5])
@pytest.mark.parametrize("shape", SHAPES)
def test_blur_is_the_gaussian_of_scipy(shape, radius):
    picture = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    reach = len(gaussian_kernel(radius)) // 2
    expected = gaussian_filter(
        picture.astype(float), radius, radius=reach, mode="reflect", axes=(0, 1)
    )
    assert np.allclose(gaussian_blur(picture, radius), expected, rtol=0, atol=1e-10)


def test_blur_of_radius_0_changes_nothing():
    picture = data.camera()
    assert (gaussian_blur(picture, 0) == picture).all()


def test_downscale_is_bicubic_and_scale_1_nothing():
    picture = data.chelsea()[:300, :450]
    rng = np.random.default_rng(0)
    assert (DOWNSCALE.apply(picture, Setting({}, 3, rng)) == bicubic(picture, scale=1 / 3)).all()
    assert (DOWNSCALE.apply(picture, Setting({}, 1, rng)) == picture).all()


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2", "4:4:4"])
def test_jpeg_is_what_pillow_writes_and_reads(subsampling):
    picture = data.astronaut()[:99, :101]
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=70, subsampling=subsampling)
    assert (jpeg(picture, 70, subsampling) == np.asarray(Image.open(stream))).all()


def test_jpeg_keeps_gray_gray_and_loses_more_at_lower_quality():
    picture = data.camera()
    errors = [
        np.abs(jpeg(picture, quality).astype(int) - picture).mean() for quality in (10, 50, 95)
    ]
    assert jpeg(picture, 50).shape == picture.shape
    assert errors == sorted(errors, reverse=True)


def test_noise_has_the_deviation_asked_for():
    picture = np.full((400, 300, 3), 128, np.uint8)
    noise = gaussian_noise(picture, 0.02, np.random.default_rng(3)) - 128
    assert abs(noise.mean()) < 0.05
    assert noise.std() == pytest.approx(0.02 * 255, rel=0.01)
    assert np.corrcoef(noise[..., 0].ravel(), noise[..., 1].ravel())[0, 1] < 0.02


def test_shared_noise_leaves_colour_differences():
    picture = data.astronaut()[:50, :50]
    noisy = gaussian_noise(picture, 0.1, np.random.default_rng(3), "shared")
    difference = picture[..., 0].astype(float) - picture[..., 2]
    assert np.allclose(noisy[..., 0] - noisy[..., 2], difference)


def test_codes_are_rounded_half_up_and_clipped():
    codes = np.array([[-3.0, -0.5, 0.49, 0.5, 1.5, 254.5, 300.0]])
    assert to_uint8(codes).tolist() == [[0, 0, 0, 1, 2, 255, 255]]


@pytest.mark.parametrize("kind", DEGRADATIONS)
@pytest.mark.parametrize("shape", [(24, 36), (24, 36, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
@pytest.mark.parametrize("exact", ["default", "seed"])
def test_every_degradation_keeps_the_contract(kind, shape, dtype, exact):
    degradation = DEGRADATIONS.load(kind)
    assert degradation.kind == kind
    module = DEGRADATIONS[kind].target.split(":")[0]
    assert module.split(".")[-2] == degradation.family
    assert degradation.about.endswith(".")
    rng = np.random.default_rng(5)
    picture = rng.integers(0, 256, shape).astype(dtype)
    before = picture.copy()
    values = {
        parameter.name: parameter.parse(asked(kind, parameter.name), "test").at(0.3)
        for parameter in degradation.parameters
    }
    results = [
        pixels_of(
            degradation.apply(
                picture, Setting(values, 2, np.random.default_rng(seed), exact, lr=(12, 18))
            )
        )
        for seed in (1, 1, 2)
    ]
    size = (12, 18) if degradation.downscales else (24, 36)
    for result in results:
        assert result.shape[2:] == shape[2:]
        assert degradation.resizes or result.shape[:2] == size
        assert result.dtype in (np.uint8, np.float64)
    assert (picture == before).all()
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2]) != degradation.stochastic


@cache
def tiny_model():
    """The path of an untrained LUD-VAE of 4 channels."""
    rng = np.random.default_rng(3)
    pairs = {
        f"{part}.{scale}.{layer}"
        for part in ("show", "decode")
        for scale in range(3)
        for layer in (0, 2, 4, 6)
    }
    shapes = dict.fromkeys(pairs, (4, 4, 3)) | {"show_in": (4, 3, 1), "out": (3, 4, 1)}
    shapes |= {f"p.{scale}": (8, 4, 1) for scale in range(2)}
    shapes |= {f"join_show.{scale}": (4, 8, 1) for scale in range(2)}
    shapes |= {f"join_latent.{scale}": (4, 8, 1) for scale in range(3)}
    weights = {}
    for name, (out, into, side) in shapes.items():
        weight = rng.normal(0, 1 / np.sqrt(into * side * side), (out, into, side, side))
        weights[f"{name}.weight"] = weight.astype(np.float32)
        weights[f"{name}.bias"] = np.zeros(out, np.float32)
    path = Path(tempfile.mkdtemp()) / "tiny.safetensors"
    LearnedNoise(weights, 0.06, 0).save(path)
    return str(path)


# A value for every parameter there is: a new one must be added here.
ASKED = {
    "radius": 0.7,
    "quality": 80,
    "subsampling": "4:2:0",
    "sigma": 0.05,
    "channels": "independent",
    "amount": 1.5,
    "amplitude": 0.1,
    "angle": 30,
    "beta": 2,
    "between": 1,
    "border": "reflect-101",
    "broken": 0.3,
    "components": 4,
    "crf": 30,
    "count": 6,
    "cutoff": 2,
    "density": 40,
    "direction": "both",
    "dye": "cyan",
    "edge": 0.5,
    "factor": 0.5,
    "of": "lr",
    "fibres": 0.5,
    "filter": "lanczos",
    "first_filter": "catrom",
    "gamma": 2.2,
    "gathered": 0.5,
    "length": 5,
    "qscale": 6,
    "second_filter": "linear",
    "side": "both",
    "sigma_x": 1,
    "sigma_y": 2,
    "size": 7,
    "spread": 45,
    "stain": 0.5,
    "soft": 0.3,
    "threshold": 1,
    "tone": "both",
    "uneven": 0.5,
    "waves": 3,
    "model": "camera",
    "photons": 50,
    "salt": 0.4,
    "strength": 1.5,
    "temperature": 1,
    "width": 1.5,
}

# And for those of one kind, where that would be no value of theirs.
ASKED_OF = {
    "blotches": {"radius": 12, "strength": 0.8},
    "box": {"size": 3.5},
    "down_up": {"between": 0.4},
    "fade": {"strength": 0.5},
    "grain": {"size": 1.2},
    "lens": {"gamma": 2, "radius": 2},
    "ringing": {"cutoff": 0.6},
    "salt_pepper": {"amount": 0.2},
    "scratches": {"length": 0.5},
    "sepia": {"strength": 0.5},
    "spots": {"radius": 5, "strength": 0.5, "tone": "brown"},
    "up_down": {"between": 1.5},
}


def asked(kind, name):
    if (kind, name) == ("learned", "model"):
        return tiny_model()
    return ASKED_OF.get(kind, {}).get(name, ASKED[name])
