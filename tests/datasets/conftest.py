import numpy as np
import pytest
from PIL import Image

from srq.datasets.benchmarks import data_root
from srq.errors import DataError


@pytest.fixture(scope="session")
def shared_data():
    """The folder of the real sets; the test is skipped where they are absent."""
    try:
        root = data_root()
        found = (root / "MANIFEST.csv").is_file()
    except DataError as error:
        pytest.skip(str(error))
    if not found:
        pytest.skip(f"{root} holds no MANIFEST.csv; set SRQ_DATA to the folder of the sets")
    return root


@pytest.fixture
def photos(tmp_path):
    """A folder of five small pictures, one in a folder of its own, one gray."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    rng = np.random.default_rng(11)
    for name, shape in (
        ("a.png", (40, 52, 3)),
        ("b.webp", (33, 47, 3)),
        ("c.bmp", (36, 36)),
        ("d.tif", (30, 64, 3)),
        ("more/e.png", (48, 31, 3)),
    ):
        coarse = rng.integers(0, 256, (8, 8, *shape[2:]), np.uint8)
        picture = Image.fromarray(coarse).resize(shape[1::-1], Image.Resampling.BICUBIC)
        picture.save(folder / name, **({"lossless": True} if name.endswith("webp") else {}))
    return folder
