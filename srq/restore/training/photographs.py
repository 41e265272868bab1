"""The clean pictures of a training, in memory, and which of them are held out."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.datasets.lists import pictures_in, training_pictures
from srq.datasets.pictures import read_uint8
from srq.errors import DataError
from srq.image.resize import bicubic
from srq.restore.training.config import PicturesConfig

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Photographs:
    """uint8 (H, W) or (H, W, 3): to ``train`` on, ``held`` to measure by, and ``real`` old ones.

    ``fingerprint`` is that of the clean ones and their order, ``real_fingerprint`` that of the old.
    """

    train: Sequence[Pixels]
    held: Sequence[Pixels]
    real: Sequence[Pixels]
    fingerprint: str
    real_fingerprint: str


def load_photographs(
    config: PicturesConfig, say: Callable[[str], object] = lambda sentence: None
) -> Photographs:
    """Read what ``config`` names; pictures smaller than a sheet are left out.

    Raises DataError where fewer than two are left or a real photograph is too small, and
    SrqError as reading them does.
    """
    clean, small = _read(training_pictures(config.train), config)
    if small:
        say(f"{small} pictures are left out: a side is below {config.sheet} pixels.")
    if len(clean) < 2:
        raise DataError(
            f"{len(clean)} of the training pictures have {config.sheet} pixels on each side; give "
            "at least two, or set data.sheet lower."
        )
    real: list[Pixels] = []
    if config.real:
        real, _ = _read(pictures_in(_folder(config.real)), config)
        if not real:
            raise DataError(
                f"No picture in {config.real} has {config.sheet} pixels on each side; give larger "
                "ones, or set data.sheet lower."
            )
    held = clean[:: config.held]
    train = [picture for number, picture in enumerate(clean) if number % config.held]
    say(f"{len(train)} pictures to train on, {len(held)} to measure by, {len(real)} real old ones.")
    return Photographs(train, held, real, _fingerprint(clean), _fingerprint(real))


def in_three(picture: Pixels) -> Pixels:
    """The picture (H, W) or (H, W, 3) in three channels."""
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, 2)


def unit(pixels: Pixels) -> NDArray[np.float32]:
    """The pixels from 0 to 1."""
    return pixels.astype(np.float32) / np.float32(255)


def _fingerprint(pictures: Sequence[Pixels]) -> str:
    digest = hashlib.sha256()
    for picture in pictures:
        digest.update(repr(picture.shape).encode())
        digest.update(picture.tobytes())
    return digest.hexdigest()


def _folder(name: str) -> Path:
    folder = Path(name)
    if not folder.is_dir():
        raise DataError(f"'data.real' must be a folder of old photographs, but {name} is none.")
    return folder


def _read(paths: Sequence[Path], config: PicturesConfig) -> tuple[list[Pixels], int]:
    found: list[Pixels] = []
    small = 0
    for path in paths:
        pixels = read_uint8(path)
        longest = max(pixels.shape[:2])
        if longest > config.largest:
            height, width = (
                max(1, round(side * config.largest / longest)) for side in pixels.shape[:2]
            )
            pixels = bicubic(pixels, size=(height, width))
        if min(pixels.shape[:2]) < config.sheet:
            small += 1
            continue
        found.append(np.ascontiguousarray(pixels))
    return found, small
