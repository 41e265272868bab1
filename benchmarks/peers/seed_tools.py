"""Seed 000's way from sources to 64 LR of each, by the tools it names: folder after folder of PNG.

    python -m benchmarks.peers.seed_tools SOURCES FOLDER white|none

Pillow makes the sizes; BlurGenerator the blur; noise is additive white Gaussian noise, or none, in
place of the seed's network; chainner_ext resizes and OpenCV compresses, as the Dataset
Destroyer has them.
Needs the tools in ``tests/degrade/kinds/tools.txt``.
"""

import random
import shutil
import sys
from pathlib import Path

import chainner_ext
import cv2
import numpy as np
from blurgenerator import lens_blur
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

FILTERS = [
    chainner_ext.ResizeFilter.Nearest,
    chainner_ext.ResizeFilter.Linear,
    chainner_ext.ResizeFilter.CubicCatrom,
    chainner_ext.ResizeFilter.CubicMitchell,
    chainner_ext.ResizeFilter.CubicBSpline,
    chainner_ext.ResizeFilter.Lanczos,
    chainner_ext.ResizeFilter.Gauss,
]


def main() -> None:
    sources, folder, white = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "white"
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - the seed's scripts use it
    hr = folder / "hr"
    multiscale(sources, hr)
    blur(hr)
    duplicate(hr)
    if white:
        noise(hr)
    for name, source, factor, compressed in (
        ("x4", "hr", 0.25, False),
        ("x4_compressed", "hr", 0.25, True),
        ("x2_compressed", "hr", 0.5, True),
        ("rescaled", "x2_compressed", 0.5, False),
        ("recompressed", "x2_compressed", 0.5, True),
    ):
        destroy(folder / source, folder / name, factor, compressed)


def multiscale(sources: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for path in sorted(sources.iterdir()):
        image = Image.open(path)
        width, height = image.size
        for number, scale in enumerate((1, 0.75, 0.5, 0.25)):
            size = (int(width * scale), int(height * scale))
            made = image.resize(size, resample=Image.Resampling.LANCZOS)
            made.save(target / f"{path.stem}T{number}.png")


def blur(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        picture = read(path)
        radius = random.randint(2, 3)
        made = lens_blur(picture, radius=radius, components=4, exposure_gamma=2)
        cv2.imwrite(str(folder / f"{path.stem}_blurred.png"), made)


def duplicate(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        shutil.copy(path, folder / f"{path.stem} (1).png")


def noise(folder: Path) -> None:
    for path in sorted(folder.glob("* (1).png")):
        picture = read(path)
        deviation = random.uniform(5, 10)
        noisy = picture + np.random.normal(0, deviation, picture.shape)  # noqa: NPY002
        cv2.imwrite(str(path), np.clip(noisy, 0, 255).astype(np.uint8))


def destroy(source: Path, target: Path, factor: float, compressed: bool) -> None:
    target.mkdir()
    for path in sorted(source.iterdir()):
        picture = scaled(read(path), factor)
        if compressed:
            picture = coded(picture)
        cv2.imwrite(str(target / path.name), picture)


def scaled(picture: Pixels, factor: float) -> Pixels:
    """One of eight algorithms; the eighth is two of the others after each other."""
    values = picture.astype(np.float32) / 255
    height, width = picture.shape[:2]
    end = (int(width * factor), int(height * factor))
    algorithm = random.randrange(8)
    if algorithm < 7:
        values = chainner_ext.resize(values, end, FILTERS[algorithm], True)
    else:
        between = random.uniform(0.15, 1.5)
        size = (int(width * between), int(height * between))
        values = chainner_ext.resize(values, size, random.choice(FILTERS), True)
        values = chainner_ext.resize(values, end, random.choice(FILTERS), True)
    return (values * 255).astype(np.uint8)


def coded(picture: Pixels) -> Pixels:
    if random.random() < 0.5:
        quality = [int(cv2.IMWRITE_JPEG_QUALITY), random.randint(40, 100)]
        _, stream = cv2.imencode(".jpg", picture, quality)
    else:
        quality = [int(cv2.IMWRITE_WEBP_QUALITY), random.randint(45, 100)]
        _, stream = cv2.imencode(".webp", picture, quality)
    return decoded(stream)


def read(path: Path) -> Pixels:
    return decoded(np.fromfile(path, np.uint8))


def decoded(stream: NDArray[np.uint8]) -> Pixels:
    picture = cv2.imdecode(stream, cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8, copy=False)


if __name__ == "__main__":
    main()
