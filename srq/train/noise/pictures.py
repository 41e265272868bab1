"""The two folders of a training of noise, and its batches, which depend on seed and step alone."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.datasets.lists import pictures_in
from srq.datasets.pictures import read_uint8
from srq.errors import DataError

Picture = NDArray[np.uint8]


class TwoFolders:
    """Clean and noisy pictures in memory, RGB; those smaller than ``patch`` are left out.

    Raises DataError unless there are pictures of both classes: with one class alone the noise
    has nothing to be learned from, and a training would end well without having learned any.
    """

    def __init__(self, clean: Path, noisy: Path, patch: int) -> None:
        self._patch = patch
        self._clean, clean_hashes = _read(clean, patch)
        self._noisy, noisy_hashes = _read(noisy, patch)
        both = clean_hashes & noisy_hashes
        if clean.resolve() == noisy.resolve() or both:
            raise DataError(
                f"{clean} and {noisy} hold the same pictures, so there is one class only and no "
                "noise to learn; give clean pictures in one folder and noisy ones in the other."
            )
        names = "".join([*sorted(clean_hashes), "|", *sorted(noisy_hashes)])
        self.fingerprint = hashlib.sha256(names.encode()).hexdigest()

    def batch(self, size: int, seed: int, step: int) -> tuple[NDArray[np.float32], int]:
        """Patches (size, 3, patch, patch), 0 to 1, and how many are clean: they come first.

        At least one patch of each class is in every batch.
        """
        rng = np.random.default_rng([seed, step])
        clean = size // 2
        patches = [self._cut(self._clean, rng) for _ in range(clean)]
        patches += [self._cut(self._noisy, rng) for _ in range(size - clean)]
        stacked = np.stack(patches).astype(np.float32) / np.float32(255)
        return np.ascontiguousarray(stacked.transpose(0, 3, 1, 2)), clean

    def _cut(self, pictures: list[Picture], rng: np.random.Generator) -> Picture:
        """A patch anywhere in any picture, rotated or mirrored."""
        picture = pictures[int(rng.integers(len(pictures)))]
        rows, columns = (side - self._patch + 1 for side in picture.shape[:2])
        top, left, turn = int(rng.integers(rows)), int(rng.integers(columns)), int(rng.integers(8))
        patch = np.rot90(picture[top : top + self._patch, left : left + self._patch], turn % 4)
        return patch[:, ::-1] if turn >= 4 else patch


def _read(folder: Path, patch: int) -> tuple[list[Picture], set[str]]:
    pictures: list[Picture] = []
    for path in pictures_in(folder):
        pixels = read_uint8(path)
        if min(pixels.shape[:2]) >= patch:
            rgb = np.repeat(pixels[..., None], 3, 2) if pixels.ndim == 2 else pixels
            pictures.append(np.ascontiguousarray(rgb))
    if not pictures:
        raise DataError(
            f"No picture in {folder} has {patch}x{patch} pixels; give larger ones, or a smaller "
            "patch."
        )
    hashes = {hashlib.sha256(p.tobytes() + repr(p.shape).encode()).hexdigest() for p in pictures}
    return pictures, hashes
