"""Generated photographs for the tests of curation, and ways of spoiling them."""

import io

import numpy as np
from PIL import Image

from srq.degrade.kinds.blur.gaussian import gaussian_blur
from srq.image.depth import quantize


def scene(number, height=128, width=160):
    """A sharp colour picture with flat parts, edges and textures, another for each number."""
    rng = np.random.default_rng([7, number])
    y, x = np.mgrid[:height, :width].astype(float)
    picture = np.zeros((height, width, 3))
    picture += rng.uniform(40, 200, 3) + (x * rng.uniform(-0.2, 0.2) + y * 0.1)[..., None]
    for _ in range(24):
        cx, cy, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(5, 30)
        angle, squash = rng.uniform(0, np.pi), rng.uniform(0.3, 1)
        u = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
        v = (y - cy) * np.cos(angle) - (x - cx) * np.sin(angle)
        inside = u**2 + (v / squash) ** 2 < r**2
        texture = rng.uniform(0, 40) * np.sin(u * rng.uniform(0.5, 2.5)) * (rng.random() < 0.5)
        picture[inside] = (rng.uniform(10, 245, 3) + texture[..., None])[inside]
    return quantize(picture + rng.normal(0, 0.7, (height, width, 1)), np.uint8)


def jpeg(pixels, quality):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def noisy(pixels, sigma, seed=0):
    noise = np.random.default_rng(seed).normal(0, sigma, pixels.shape)
    return quantize(pixels + noise, np.uint8)


def blurred(pixels, radius):
    return quantize(gaussian_blur(pixels, radius), np.uint8)


def save(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path
