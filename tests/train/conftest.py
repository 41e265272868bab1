"""A folder of small pictures, and trainings on it that take a second."""

import numpy as np
import pytest
from PIL import Image

from srq.train.config import TrainConfig

TINY = """
steps = 24
seed = 1
[model]
name = "kim"
scale = 2
options = {{wide = 6, narrow = 4}}
[expand]
hidden = 8
[data]
train = ["{pictures}"]
augment_scales = [1.0, 0.75]
crop = 8
batch = 4
[optim]
warmup = 4
[validate]
sets = ["{pictures}"]
every = 12
pictures = 1
[run]
device = "cpu"
threads = 1
fused = "off"
log_every = 6
checkpoint_every = 8
"""


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Three smooth pictures of odd sizes."""
    folder = tmp_path_factory.mktemp("data") / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(20)
    for number, (height, width) in enumerate([(40, 50), (45, 33), (64, 37)]):
        coarse = rng.integers(0, 256, (height // 4, width // 4, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((width, height)).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def tiny_toml(pictures):
    """The configuration file's text of a training that takes a second."""
    return TINY.format(pictures=pictures)


@pytest.fixture
def tiny(tiny_toml):
    """``tiny(*assignments)``: that configuration, changed."""
    return lambda *assignments: TrainConfig.parse(tiny_toml, "tiny.toml", assignments)
