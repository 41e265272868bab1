"""What a network scores on whole pictures while it trains, and what it makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from srq.datasets.benchmarks import BENCHMARKS, load_benchmark
from srq.datasets.lists import training_pictures
from srq.datasets.protocol import luma_of, modcrop
from srq.degrade import Recipe
from srq.errors import DataError
from srq.image.depth import to_depth
from srq.image.io import Picture, read, write
from srq.image.metrics import mean_psnr, psnr
from srq.image.resize import bicubic
from srq.train.config import ValidateConfig
from srq.train.objective import to_unit


@dataclass(frozen=True)
class Example:
    """One picture to measure on: luma ``lr`` uint8 (h, w) and ``hr`` uint8 (s*h, s*w)."""

    group: str
    name: str
    lr: np.ndarray
    hr: np.ndarray


class Validation:
    """The pictures of ``config.sets``, degraded once by ``config.recipe`` and kept."""

    def __init__(self, config: ValidateConfig, scale: int) -> None:
        self.pictures = config.pictures
        self.scale = scale
        recipe = Recipe.load(config.recipe)
        self.examples = [
            _degraded(group, name, pixels, recipe, scale, seed)
            for group in config.sets
            for seed, (name, pixels) in enumerate(_pictures(group))
        ]

    def measure(self, model: nn.Module, device: torch.device) -> dict[str, float]:
        """The mean PSNR in dB of each set, ``scale`` pixels shaved off each border."""
        scores: dict[str, list[float]] = {}
        for example in self.examples:
            made = upscale(model, example.lr, device)
            score = psnr(made, example.hr, shave=self.scale)
            scores.setdefault(example.group, []).append(score)
        return {group: mean_psnr(values) for group, values in scores.items()}

    def write_pictures(self, model: nn.Module, device: torch.device, folder: Path) -> None:
        """PNGs of the first pictures of each set: bicubic, the network, HR, side by side."""
        shown: dict[str, int] = {}
        for example in self.examples:
            shown[example.group] = shown.get(example.group, 0) + 1
            if shown[example.group] > self.pictures:
                continue
            after = upscale(model, example.lr, device)
            before = bicubic(example.lr, size=example.hr.shape)
            pixels = np.concatenate([before, after, example.hr], axis=1)
            write(folder / f"{example.group}-{example.name}.png", Picture(pixels))


@torch.no_grad()
def upscale(model: nn.Module, lr: np.ndarray, device: torch.device) -> np.ndarray:
    """A luma picture, uint8 (h, w), through the network: uint8 (s*h, s*w), rounded half up."""
    x = torch.from_numpy(np.ascontiguousarray(lr))[None, None].to(device)
    y = model(to_unit(x))[0, 0]
    return torch.floor(y * 255 + 0.5).clamp_(0, 255).to(torch.uint8).cpu().numpy()


def _pictures(group: str) -> Iterator[tuple[str, np.ndarray]]:
    if group in BENCHMARKS:
        for picture in load_benchmark(group):
            yield picture.name, picture.rgb_or_gray
    else:
        for path in training_pictures([group]):
            yield path.stem, to_depth(read(path).pixels, np.uint8)


def _degraded(
    group: str, name: str, pixels: np.ndarray, recipe: Recipe, scale: int, seed: int
) -> Example:
    picture = modcrop(pixels, scale)
    if min(picture.shape[:2]) <= 2 * scale:
        raise DataError(
            f"The validation picture {name} of {group} is {picture.shape[1]}x{picture.shape[0]}; "
            "nothing is left of it inside its border; use a larger one."
        )
    if recipe.space == "luma":
        picture = luma_of(picture)
    lr = luma_of(recipe.apply(picture, scale=scale, seed=seed))
    return Example(Path(group).name, name, lr, luma_of(picture))


def crops_psnr(
    model: nn.Module, batch: tuple[np.ndarray, np.ndarray], device: torch.device
) -> float:
    """The PSNR in dB over all pixels of a batch of crops, uint8 (N, 1, h, w) and HR."""
    lr, hr = batch
    made = np.stack([upscale(model, crop[0], device) for crop in lr])
    return psnr(made.reshape(-1, made.shape[-1]), hr.reshape(-1, hr.shape[-1]))
