"""Whatever happens to a file, reading it gives a picture or one sentence."""

import io
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from srq.errors import ImageError
from srq.image.io import Picture, decode, encode
from tests.image.icc import SRGB
from tests.image.test_exif import exif_block

FLIPS = 300


OTHER = [".gif", ".avif"]
OTHER += [".heic"] if find_spec("pillow_heif") else []
OTHER += [".jxl"] if find_spec("pylibjxl") else []


def files() -> dict[str, bytes]:
    """Small files of every format, with all that they can carry."""
    rng = np.random.default_rng(6)
    gray, rgb = rng.integers(0, 256, (5, 6), np.uint8), rng.integers(0, 256, (5, 6, 3), np.uint8)
    full = Picture(rgb, gray, SRGB, exif_block())
    deep = Picture(rgb.astype(np.uint16) * 250, gray.astype(np.uint16) * 250)
    made = {f"full{suffix}": encode(full, suffix) for suffix in (".png", ".webp", ".tif")}
    made |= {f"deep{suffix}": encode(deep, suffix) for suffix in (".png", ".tif")}
    made["deep-gray.tif"] = encode(Picture(deep.pixels[..., 0], deep.alpha), ".tif")
    made["full.jpg"] = encode(full.on(255), ".jpg")
    made |= {f"full{suffix}": encode(full, suffix) for suffix in OTHER}
    made["plain.bmp"] = encode(Picture(rgb), ".bmp")
    for compression in ("tiff_lzw", "jpeg"):
        stream = io.BytesIO()
        Image.fromarray(rgb).save(stream, "TIFF", compression=compression)
        made[f"{compression}.tif"] = stream.getvalue()
    return made


FILES = files()


@pytest.fixture(autouse=True)
def small_pictures_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flipped size must not make the tests decode millions of pixels."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000)


def read_or_refuse(data: bytes) -> bool:
    """Whether ``data`` was read; anything but a picture or a sentence raises."""
    try:
        decode(data, "it")
    except ImageError as error:
        sentence = str(error)
        assert sentence.startswith("Cannot read it: ")
        assert sentence.endswith(".")
        assert "\n" not in sentence
        return False
    return True


@pytest.mark.parametrize("name", FILES)
def test_cut_anywhere(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    data = FILES[name]
    assert read_or_refuse(data)
    read = [length for length in range(len(data)) if read_or_refuse(data[:length])]
    # At most what follows the pixels may be missing.
    assert all(length > len(data) // 2 for length in read)
    assert capfd.readouterr() == ("", "")  # Nothing of Pillow's, of libtiff's or of x265's.


@pytest.mark.parametrize("name", FILES)
def test_flipped_anywhere(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(8)
    data = np.frombuffer(FILES[name], np.uint8)
    for _ in range(FLIPS):
        damaged = data.copy()
        places = rng.integers(0, len(data), rng.integers(1, 4))
        damaged[places] ^= rng.integers(1, 256, len(places), np.uint8)
        read_or_refuse(damaged.tobytes())
    assert capfd.readouterr() == ("", "")  # Nothing of Pillow's, of libtiff's or of x265's.
