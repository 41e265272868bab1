"""Small pictures to measure on, the real sets where they are at hand, and a short way to scores."""

import numpy as np
import pytest
from PIL import Image

from srq.datasets.benchmarks import data_root
from srq.errors import DataError
from srq.evaluate import About
from srq.evaluate.peers import peers_root
from srq.image.resize import nearest


class Repeat:
    """An engine that repeats pixels: simple enough to know its scores by hand."""

    about = About(kind="float network", weights=7, sha256="ab" * 32)

    def __init__(self, scale=2, name="repeat"):
        self.scale = scale
        self.name = name

    def __call__(self, luma):
        return nearest(luma, self.scale)


def smooth(height, width, seed):
    """A colour picture with detail at several sizes, uint8 (H, W, 3)."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    coarse = Image.fromarray(noise).resize((width // 4, height // 4))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """A folder "small" of two colour pictures and a gray one, of odd sizes."""
    folder = tmp_path_factory.mktemp("sets") / "small"
    folder.mkdir()
    Image.fromarray(smooth(41, 52, 0)).save(folder / "a.png")
    Image.fromarray(smooth(48, 36, 1)).save(folder / "b.png")
    Image.fromarray(smooth(33, 33, 2)[..., 0]).save(folder / "gray.png")
    return folder


@pytest.fixture(scope="session")
def real_sets():
    """Skips where the real sets are absent."""
    try:
        return data_root()
    except DataError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def real_peers(real_sets):
    """Skips where the peers' weights are absent."""
    try:
        return peers_root()
    except DataError as error:
        pytest.skip(str(error))
