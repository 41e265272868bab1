"""A run of a recipe with branches over files of every make: turned, with alpha, of 16 bits."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from srq.datasets.degrading.run import degrade
from srq.datasets.manifest import read_manifest
from srq.datasets.protocol import modcrop
from srq.degrade import Recipe
from srq.image.io import Picture, read, write

ASTRONAUT = data.astronaut()
NAMES = {"1": 1.0, "0.75": 0.75, "0.5": 0.5, "0.25": 0.25}


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held upright
    Image.fromarray(ASTRONAUT[:65, :63]).save(folder / "turned.jpg", exif=turned, quality=95)
    small = ASTRONAUT[100:163, 200:265]
    alpha = np.full(small.shape[:2], 99, np.uint8)
    write(folder / "alpha.png", Picture(small, alpha))
    write(folder / "deep.png", Picture(small.astype(np.uint16) * 257))
    write(folder / "gray.png", Picture(small[..., 1]))
    write(folder / "plain.png", Picture(small))
    write(folder / "dot.png", Picture(small[:1, :1]))
    return folder


def test_hr_and_lr_of_every_make_are_whole_upright_and_of_8_bits(photos, tmp_path):
    recipe = Recipe.load("realwebphoto")
    summary = degrade(photos, tmp_path / "out", recipe=recipe, scale=4)
    assert list(summary.rejected) == ["dot.png"]
    assert "1x1 is too small" in summary.rejected["dot.png"]
    pictures = {}
    for entry in read_manifest(tmp_path / "out" / "manifest.jsonl"):
        hr = modcrop(entry.read(), 4)
        size = entry.lr[0].output.partition("/")[0]
        lows = {low.output.partition("/")[2]: low.read() for low in entry.lr}
        assert len(lows) == 16
        for low in lows.values():
            assert low.dtype == np.uint8
            assert low.shape == (hr.shape[0] // 4, hr.shape[1] // 4, *hr.shape[2:])
        source = entry.hr.stem if entry.hr.parent == photos else entry.lr[0].path.stem
        pictures[source, size] = hr, lows
    assert len(pictures) == 5 * 4
    for source in ("alpha", "deep", "gray", "plain", "turned"):
        # The turned one is 65 high in the file, and 65 wide for people.
        height, width = read(photos / f"{source}.{'jpg' if source == 'turned' else 'png'}").size
        for name, part in NAMES.items():
            wanted = (int(height * part) // 4 * 4, int(width * part) // 4 * 4)
            assert pictures[source, name][0].shape[:2] == wanted
    upright = np.asarray(Image.fromarray(ASTRONAUT[:65, :63]).transpose(Image.Transpose.ROTATE_270))
    turned = pictures["turned", "1"][0]
    assert np.abs(turned.astype(int) - upright[:60, :64]).mean() < 8
    for name in NAMES:
        for source in ("alpha", "deep"):
            assert np.array_equal(pictures[source, name][0], pictures["plain", name][0])
