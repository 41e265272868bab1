"""A folder of small pictures, and trainings of every stage on it that take seconds."""

import numpy as np
import pytest
from PIL import Image

from srq.restore.training.config import RestoreConfig

TINY = """
task = "restore"
seed = 1
[data]
train = ["{pictures}"]
real = "{real}"
held = 4
sheet = 32
window = 8
turnover = 2
[tone]
width = 4
hidden = 8
[detector]
widths = [4, 8]
[vae_y]
full = 4
half = 8
latent = 48
blocks = 1
[mapping]
widths = [8]
dilations = [1, 2]
[direct]
widths = [4, 8]
[run]
device = "cpu"
threads = 1
log_every = 3
checkpoint_every = 4
checkpoint_seconds = 0
pictures = 1
"""


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """Six smooth pictures of odd sizes, one of them gray."""
    folder = tmp_path_factory.mktemp("data") / "photographs"
    folder.mkdir()
    rng = np.random.default_rng(20)
    for number in range(6):
        height, width = 40 + 3 * number, 61 - 4 * number
        shape = (height // 4, width // 4, 3) if number else (height // 4, width // 4)
        coarse = rng.integers(0, 256, shape, dtype=np.uint8)
        Image.fromarray(coarse).resize((width, height)).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def tiny_toml(photographs):
    """The configuration file's text; the pictures serve as real old ones too."""
    text = TINY.format(pictures=photographs, real=photographs)
    for stage in ("tone", "detector", "vae_y", "vae_x", "mapping", "direct"):
        lines = f"[{stage}]\nsteps = 6\nbatch = 4\ncrop = 16\nmeasure_every = 6\n"
        head = f"[{stage}]\n"
        text = text.replace(head, lines) if head in text else text + lines
    return text


@pytest.fixture
def tiny(tiny_toml):
    """``tiny(*assignments)``: that configuration, changed."""
    return lambda *assignments: RestoreConfig.parse(tiny_toml, "tiny.toml", assignments)


@pytest.fixture(autouse=True)
def few_held(monkeypatch):
    """Few sheets to measure by."""
    from srq.restore.training import damaged
    from srq.restore.training.stages import detector

    monkeypatch.setattr(detector, "_HELD", 4)
    monkeypatch.setattr(damaged, "_HELD", 5)
