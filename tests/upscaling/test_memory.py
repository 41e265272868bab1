"""Memory does not grow with a result that is written as it is made."""

import tracemalloc

import numpy as np
import pytest

from srq.image.encode import encode_rows
from srq.image.io import Picture, decode
from srq.program.reference import Reference
from srq.upscaling import enlarge
from srq.upscaling.enlarge import enlarged_bands
from tests.upscaling.sharpen_program import sharpen_program


class Streaming(Reference):
    """As the native engine, it takes whole lines."""

    streams = True


def rows_of(bands):
    return (band.channels() for band in bands)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("kind", [Reference, Streaming])
def test_peak_memory_is_that_of_a_band(tmp_path, monkeypatch, kind, suffix):
    monkeypatch.setattr(enlarge, "_BAND_PIXELS", 1 << 12)
    monkeypatch.setattr(enlarge, "SIDE", 64)
    engine = kind(sharpen_program())
    peaks = []
    for height in (300, 1500):
        picture = Picture(np.zeros((height, 100, 3), np.uint8))
        with open(tmp_path / "out", "wb") as stream:
            tracemalloc.start()
            bands = rows_of(enlarged_bands(picture, engine))
            encode_rows(bands, picture, (2 * height, 200), suffix, stream)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    # The result alone has grown by 1.4 MB.
    assert peaks[1] < peaks[0] + 200_000


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(70, 50), (70, 50, 3)])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_rows_as_they_come_are_the_whole_picture(tmp_path, dtype, shape, alpha, suffix):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, shape).astype(dtype) * dtype(np.iinfo(dtype).max // 255)
    picture = Picture(pixels, pixels[:, :, 0].copy() if pixels.ndim == 3 and alpha else None)
    if alpha and pixels.ndim == 2:
        picture = Picture(pixels, pixels[::-1].copy())
    channels = picture.channels()
    for step in (1, 7, 70):
        with open(tmp_path / "it", "wb+") as stream:
            rows = (channels[top : top + step] for top in range(0, 70, step))
            encode_rows(rows, picture, (70, 50), suffix, stream)
        made = decode((tmp_path / "it").read_bytes(), "it")
        if suffix == ".webp":
            assert made.size == (70, 50)
            assert (made.alpha is None) == (not alpha)
            continue
        assert np.array_equal(made.channels(), channels)
        if step == 1:
            one = (tmp_path / "it").read_bytes()
        assert (tmp_path / "it").read_bytes() == one
