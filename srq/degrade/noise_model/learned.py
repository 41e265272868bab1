"""LUD-VAE without torch: puts learned noise on a picture, tile by tile.

``srq data train-noise`` writes the model. Tiles overlap by as far as the network sees, and the
latent noise is drawn in blocks of its own, so that any tiling gives the same picture.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from srq.degrade.luma import full_range_luma
from srq.errors import ConfigError, DataError
from srq.files import storage_error, write_bytes

SCALES = 3
REACH = 24
"""How many pixels away a pixel is seen: 24 convolutions of 3x3 stand behind one another."""

_BLOCK = 64
_FORMAT = "srq.learned-noise"
_VERSION = 1

Array = NDArray[np.float32]


@dataclass(frozen=True)
class LearnedNoise:
    """A trained LUD-VAE.

    weights: as ``srq.train.noise.network.LudVae`` names them.
    sigma:   the deviation, as a part of full scale, of the white noise under which its content
             encoder saw clean pictures.
    steps:   how many steps it was trained.
    """

    weights: Mapping[str, NDArray[Any]]
    sigma: float
    steps: int

    @property
    def width(self) -> int:
        """The channels of its layers."""
        return len(self.weights["show_in.bias"])

    def translate(
        self,
        picture: NDArray[Any],
        rng: np.random.Generator,
        *,
        temperature: float = 1.0,
        sigma: float | None = None,
        tile: int = 256,
    ) -> NDArray[np.float64]:
        """``picture`` (H, W) or (H, W, 3) in codes as if it had been taken noisily; float64.

        ``temperature`` multiplies the latents, 0 gives no noise; ``sigma`` replaces
        the model's own. The picture is decoded anew, so that fine detail may suffer too.
        """
        rgb = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, 2)
        codes = np.clip(rgb, 0, 255).astype(np.float32) / np.float32(255)
        height, width = codes.shape[:2]
        deviation = np.float32(self.sigma if sigma is None else sigma)
        codes += deviation * rng.standard_normal(codes.shape, np.float32)
        chance = int(rng.integers(1 << 62))
        out = np.empty((height, width, 3))
        for top in range(0, height, tile):
            for left in range(0, width, tile):
                bottom, right = min(top + tile, height), min(left + tile, width)
                area = (
                    max(top - REACH, 0),
                    min(bottom + REACH, height),
                    max(left - REACH, 0),
                    min(right + REACH, width),
                )
                seen = codes[area[0] : area[1], area[2] : area[3]].transpose(2, 0, 1)
                draws = [self._drawn(chance, scale, area) for scale in range(SCALES)]
                decoded = self._decode(seen, draws, np.float32(temperature))
                rows = slice(top - area[0], bottom - area[0])
                columns = slice(left - area[2], right - area[2])
                out[top:bottom, left:right] = decoded[:, rows, columns].transpose(1, 2, 0)
        out *= 255
        return out if picture.ndim == 3 else full_range_luma(out)

    def _drawn(self, chance: int, scale: int, area: tuple[int, int, int, int]) -> Array:
        """The standard normal numbers of ``area``, the same whatever tile asks for them."""
        top, bottom, left, right = area
        drawn = np.empty((self.width, bottom - top, right - left), np.float32)
        for row in range(top // _BLOCK, (bottom - 1) // _BLOCK + 1):
            for column in range(left // _BLOCK, (right - 1) // _BLOCK + 1):
                rng = np.random.default_rng([chance, scale, row, column])
                block = rng.standard_normal((self.width, _BLOCK, _BLOCK), np.float32)
                y, x = row * _BLOCK, column * _BLOCK
                y0, y1 = max(y, top), min(y + _BLOCK, bottom)
                x0, x1 = max(x, left), min(x + _BLOCK, right)
                drawn[:, y0 - top : y1 - top, x0 - left : x1 - left] = block[
                    :, y0 - y : y1 - y, x0 - x : x1 - x
                ]
        return drawn

    def _decode(self, seen: Array, draws: list[Array], temperature: np.float32) -> Array:
        shows: list[Array] = []
        value = self._point("show_in", seen)
        for scale in range(SCALES):
            value = self._block(f"show.{scale}", value)
            shows.append(value)
        for scale in reversed(range(SCALES)):
            latent = draws[scale]
            if scale < SCALES - 1:
                value = self._point(f"join_show.{scale}", np.concatenate([value, shows[scale]]))
                mean, spread = np.split(self._point(f"p.{scale}", value), 2)
                latent = mean + np.exp(spread) * latent
            joined = np.concatenate([value, temperature * latent])
            value = self._block(f"decode.{scale}", self._point(f"join_latent.{scale}", joined))
        return self._point("out", value)

    def _block(self, name: str, value: Array) -> Array:
        for layer in (0, 2, 4, 6):
            weight = self.weights[f"{name}.{layer}.weight"]
            value = _convolved(value, weight, self.weights[f"{name}.{layer}.bias"])
            if layer < 6:
                np.maximum(value, 0, out=value)
        return value

    def _point(self, name: str, value: Array) -> Array:
        weight = self.weights[f"{name}.weight"][:, :, 0, 0]
        flat = weight @ value.reshape(len(value), -1) + self.weights[f"{name}.bias"][:, None]
        return flat.reshape(-1, *value.shape[1:])

    def save(self, path: Path) -> None:
        """Write the model's file; raises StorageError where the file system refuses."""
        write_bytes(path, self.to_bytes())

    def to_bytes(self) -> bytes:
        """The bytes of the model's file; equal models give equal bytes."""
        notes = {"format": _FORMAT, "version": _VERSION, "sigma": self.sigma, "steps": self.steps}
        held = {name: np.ascontiguousarray(weight) for name, weight in self.weights.items()}
        return safetensors.numpy.save(held, {"srq": json.dumps(notes, sort_keys=True)})

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> "LearnedNoise":
        """The model in a file's bytes; ``name`` stands for the file in errors.

        Raises DataError if it is none, or of another version.
        """
        try:
            weights = safetensors.numpy.load(data)
            length = int.from_bytes(data[:8], "little")
            notes = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["srq"])
            if (notes["format"], notes["version"]) != (_FORMAT, _VERSION):
                raise KeyError(_FORMAT)
            return cls(weights, float(notes["sigma"]), int(notes["steps"]))
        except (SafetensorError, ValueError, KeyError, TypeError):
            raise DataError(
                f"{name} is no model of learned noise that this srq knows; make one with "
                "'srq data train-noise'."
            ) from None

    @classmethod
    def load(cls, name: str) -> "LearnedNoise":
        """The model in the ``.safetensors`` file at that path; none ships with srq.

        Raises ConfigError for another name, DataError if the file is no such model.
        """
        return _load(name)


@lru_cache(maxsize=4)
def _load(name: str) -> LearnedNoise:
    path = Path(name)
    if path.suffix != ".safetensors":
        raise ConfigError(
            f"'{name}' is no model of learned noise; name the model.safetensors that 'srq data "
            "train-noise' wrote."
        )
    try:
        return LearnedNoise.from_bytes(path.read_bytes(), name)
    except OSError as error:
        raise storage_error("read", path, error) from error


def _convolved(value: Array, weight: NDArray[Any], bias: NDArray[Any]) -> Array:
    """A 3x3 convolution of (C, H, W), zeros around it."""
    channels, height, width = value.shape
    padded = np.zeros((channels, height + 2, width + 2), np.float32)
    padded[:, 1:-1, 1:-1] = value
    total = np.tile(bias[:, None], (1, height * width))
    for y in range(3):
        for x in range(3):
            shifted = padded[:, y : y + height, x : x + width].reshape(channels, -1)
            total += np.ascontiguousarray(weight[:, :, y, x]) @ shifted
    return total.reshape(-1, height, width)
