"""A quality network of the user's, such as hyperIQA, from an ONNX file.

The contract: one input, N x 3 x side x side in float32, RGB of 0..1 less ``mean`` and over
``std``, with N any or a part of ``crops``; the score is the mean of the first output.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import isqrt
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from srq.datasets.curate.scorers.scorer import Scorer
from srq.errors import ConfigError, MissingDependencyError
from srq.files import sha256_file
from srq.image.resize import bicubic

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Network:
    """What a recipe says of a network: its file, and how pictures are given to it.

    ``crops`` is a square number: so many crops of ``side`` pixels stand in an even grid.
    """

    name: str
    path: str
    better: Literal["higher", "lower"] = "higher"
    crops: int = 25
    side: int = 224
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD

    def scorer(self) -> Scorer:
        """The scorer; its version is the file's content and the rest of the contract.

        Raises ConfigError where the file is not there or is no such network, and
        MissingDependencyError without onnxruntime.
        """
        if not Path(self.path).is_file():
            raise ConfigError(f"The network {self.name!r} is to be {self.path}: no such file.")
        content = _content(self.path)
        version = f"{content} {self.crops} {self.side} {self.mean} {self.std}"
        _, batch = _session(self.path, content)
        if self.crops % (batch or 1):
            raise ConfigError(
                f"{self.path} takes {batch} crops at once, which do not make {self.crops}."
            )
        return Scorer(
            self.name, version, self.better, lambda pixels: self._measure(pixels, content)
        )

    def _measure(self, pixels: NDArray[np.uint8], content: str) -> float:
        session, batch = _session(self.path, content)
        crops = self._crops(pixels)
        parts = np.split(crops, range(batch or len(crops), len(crops), batch or len(crops)))
        (name,) = (entry.name for entry in session.get_inputs())
        values = [np.mean(session.run(None, {name: part})[0], dtype=np.float64) for part in parts]
        return float(np.mean(values))

    def _crops(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        picture = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
        shortest = min(picture.shape[:2])
        if shortest < self.side:
            picture = bicubic(picture, scale=self.side / shortest)
        height, width = picture.shape[:2]
        tops, lefts = (self._starts(length) for length in (height, width))
        cut = [
            picture[top : top + self.side, left : left + self.side]
            for top in tops
            for left in lefts
        ]
        values = np.stack(cut).astype(np.float32) / np.float32(255)
        values = (values - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(values.transpose(0, 3, 1, 2))

    def _starts(self, length: int) -> list[int]:
        """Where the crops of a side begin: from border to border, or in the middle if it is one."""
        room, count = length - self.side, isqrt(self.crops)
        return [room // 2] if count == 1 else [room * k // (count - 1) for k in range(count)]


@lru_cache(maxsize=4)
def _content(path: str) -> str:
    return sha256_file(path)


@lru_cache(maxsize=4)
def _session(path: str, content: str) -> tuple[Any, int | None]:
    """The network, and the batch that it takes, or None where it takes any."""
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingDependencyError(
            "A network as a scorer needs onnxruntime, which is not installed; "
            "pip install 'srq[onnx]'."
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the same sums for any number of processes
    options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ConfigError(f"{path} is no ONNX network that onnxruntime runs: {error}.") from error
    inputs = session.get_inputs()
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type != "tensor(float)":
        raise ConfigError(
            f"{path} must have one input, N x 3 x side x side of float32, as a scorer does."
        )
    batch = inputs[0].shape[0]
    return session, batch if isinstance(batch, int) else None
