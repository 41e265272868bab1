"""A fitted noise model, its file, and the noise that it puts on a picture."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from srq.degrade.luma import full_range_luma
from srq.degrade.noise_model.field import correlated
from srq.degrade.noise_model.patches import COLUMNS, SIZE, YCBCR
from srq.errors import ConfigError, DataError
from srq.files import storage_error, write_bytes
from srq.registry import suggestion

LEVELS = 16
CENTRES = (np.arange(LEVELS) + 0.5) * 256 / LEVELS
"""The lumas at which a curve has its values; between them it is linear."""

_FORMAT = "srq.noise-model"
_VERSION = 1
_RGB = np.linalg.inv(YCBCR)
_UPPER = np.triu_indices(3)


@dataclass(frozen=True)
class Source:
    """The noise of one camera at one setting.

    curves:   logarithms of the standard deviations of Y, Cb and Cr in codes at ``CENTRES``,
              (3, LEVELS).
    spectrum: their cross spectrum, (3, 3, SIZE, COLUMNS), real, each of mean 1.
    """

    name: str
    curves: NDArray[np.float64]
    spectrum: NDArray[np.float64]

    def draw(self, picture: NDArray[Any], rng: np.random.Generator) -> NDArray[np.float64]:
        """Noise for ``picture``, (H, W) or (H, W, 3) in codes; a gray one gets the luma's."""
        codes = picture.astype(np.float64)
        gray = codes.ndim == 2
        luma = codes if gray else full_range_luma(codes)
        channels = 1 if gray else 3
        noise = correlated(self.spectrum[:channels, :channels], luma.shape, rng)
        for field, curve in zip(noise, self.curves, strict=False):
            field *= np.exp(np.interp(luma, CENTRES, curve))
        if gray:
            return noise[0]
        # Sums and products alone give the same bits on every processor.
        mixed = [sum(w * field for w, field in zip(row, noise, strict=True)) for row in _RGB]
        return np.stack(mixed, axis=2)


@dataclass(frozen=True)
class NoiseModel:
    """The noise of one source or several. ``fingerprint`` is the SHA-256 of the file's bytes."""

    sources: tuple[Source, ...]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the model's file, in hexadecimal."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @staticmethod
    def names() -> tuple[str, ...]:
        """The models that come with srq, in alphabetical order."""
        folder = resources.files("srq.degrade.noise_model") / "models"
        files = (Path(entry.name) for entry in folder.iterdir())
        return tuple(sorted(file.stem for file in files if file.suffix == ".safetensors"))

    @classmethod
    def load(cls, name: str) -> "NoiseModel":
        """The shipped model called ``name``, or the one in a ``.safetensors`` file at that path.

        Raises ConfigError if there is none, DataError if the file is no noise model.
        """
        return _load(name)

    def save(self, path: Path) -> None:
        """Write the model's file; raises StorageError where the file system refuses."""
        write_bytes(path, self.to_bytes())

    def to_bytes(self) -> bytes:
        """The bytes of the model's file; equal models give equal bytes."""
        tensors = {
            "curves": np.array([source.curves for source in self.sources], np.float32),
            "spectra": np.array([source.spectrum[_UPPER] for source in self.sources], np.float32),
        }
        names = [source.name for source in self.sources]
        notes = {"format": _FORMAT, "version": _VERSION, "sources": names}
        return safetensors.numpy.save(tensors, {"srq": json.dumps(notes, sort_keys=True)})

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> "NoiseModel":
        """The model in a file's bytes; ``name`` stands for the file in errors.

        Raises DataError if it is none, or of another version.
        """
        curves: NDArray[Any]
        spectra: NDArray[Any]
        try:
            tensors = safetensors.numpy.load(data)
            length = int.from_bytes(data[:8], "little")
            notes = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["srq"])
            known = (notes["format"], notes["version"]) == (_FORMAT, _VERSION)
            names, curves, spectra = notes["sources"], tensors["curves"], tensors["spectra"]
        except (SafetensorError, ValueError, KeyError, TypeError):
            known, names, curves, spectra = False, [], np.empty(0), np.empty(0)
        count = len(names)
        shapes = ((count, 3, LEVELS), (count, 6, SIZE, COLUMNS))
        if not known or not count or (curves.shape, spectra.shape) != shapes:
            raise DataError(
                f"{name} is no noise model that this srq knows; make one with 'srq data fit-noise'."
            )
        sources = zip(names, list(curves), list(spectra), strict=True)
        return cls(tuple(_source(*source) for source in sources))


def _source(name: str, curves: NDArray[Any], upper: NDArray[Any]) -> Source:
    spectrum = np.empty((3, 3, SIZE, COLUMNS))
    spectrum[_UPPER] = upper
    spectrum[_UPPER[::-1]] = upper
    return Source(name, curves.astype(np.float64), spectrum)


@lru_cache(maxsize=8)
def _load(name: str) -> NoiseModel:
    path = Path(name)
    if path.suffix == ".safetensors" or path.name != name:
        try:
            return NoiseModel.from_bytes(path.read_bytes(), name)
        except OSError as error:
            raise storage_error("read", path, error) from error
    if name not in NoiseModel.names():
        hint = suggestion(name, NoiseModel.names())
        raise ConfigError(
            f"No noise model is called '{name}'; {hint} (A file must end in .safetensors.)"
        )
    entry = resources.files("srq.degrade.noise_model") / "models" / f"{name}.safetensors"
    return NoiseModel.from_bytes(entry.read_bytes(), name)
