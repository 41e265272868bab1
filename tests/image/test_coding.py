import io

import numpy as np
import pytest
from PIL import Image, JpegPresets

from srq.image.coding import Coding, coding_of, jpeg_quality
from srq.image.io import decode

NOISE = Image.effect_noise((40, 30), 50).convert("RGB")


def saved(kind, **options):
    stream = io.BytesIO()
    NOISE.save(stream, kind, **options)
    return stream.getvalue()


def coding(data):
    return coding_of(Image.open(io.BytesIO(data)), data)


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
def test_the_quality_of_every_jpeg_of_libjpeg_is_found(subsampling):
    for quality in range(1, 101):
        found = coding(saved("JPEG", quality=quality, subsampling=subsampling))
        assert found == Coding("JPEG", True, quality)


def test_the_quality_of_other_tables_is_that_of_equal_coarseness():
    finer = [4 * n for n in range(1, 65)], [8 * n for n in range(1, 65)]
    assert jpeg_quality([1] * 64) == 100
    assert jpeg_quality([255] * 64) == 1
    assert jpeg_quality(finer[0]) > jpeg_quality(finer[1])
    grades = [
        coding(saved("JPEG", quality=name)).quality
        for name in ("web_low", "web_medium", "web_high", "web_very_high", "web_maximum")
    ]
    assert grades == sorted(grades)
    assert set(JpegPresets.presets) >= {"web_low", "web_maximum"}


def test_the_table_is_that_of_luma():
    """A JPEG whose chroma is coarse and whose luma is not."""
    found = coding(saved("JPEG", qtables=[[2] * 64, [200] * 64]))
    assert found.quality == jpeg_quality([2] * 64)


@pytest.mark.parametrize(
    ("kind", "options", "lossy"),
    [
        ("PNG", {}, False),
        ("BMP", {}, False),
        ("GIF", {}, False),
        ("TIFF", {}, False),
        ("TIFF", {"compression": "tiff_deflate"}, False),
        ("TIFF", {"compression": "jpeg"}, True),
        ("AVIF", {}, True),
        ("WEBP", {}, True),
        ("WEBP", {"lossless": True}, False),
        ("WEBP", {"lossless": True, "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}, False),
        ("WEBP", {"save_all": True, "append_images": [NOISE.rotate(90)]}, True),
        ("WEBP", {"save_all": True, "append_images": [NOISE.rotate(90)], "lossless": True}, False),
    ],
)
def test_loss_by_format(kind, options, lossy):
    data = saved(kind, **options)
    found = coding(data)
    assert (found.format.upper(), found.lossy, found.quality) == (kind, lossy, None)
    frames = 2 if "save_all" in options else 1
    assert found.bits_per_pixel == 8 * len(data) / (40 * 30 * frames)


def test_a_webp_with_alpha_is_lossy_by_its_colours():
    stream = io.BytesIO()
    clear = NOISE.copy()
    clear.putalpha(Image.effect_noise((40, 30), 90))
    clear.save(stream, "WEBP")  # Alpha is without loss in it.
    assert coding(stream.getvalue()).lossy


def test_an_opened_image_without_its_bytes():
    assert coding_of(NOISE) is None
    assert coding_of(Image.open(io.BytesIO(saved("JPEG", quality=30)))).quality == 30
    assert coding_of(Image.open(io.BytesIO(saved("WEBP", lossless=True)))) == Coding("WebP", True)
    assert coding_of(Image.open(io.BytesIO(saved("PNG")))) == Coding("PNG", False)


def test_a_webp_that_is_cut_short_is_no_endless_loop():
    data = saved("WEBP", lossless=True)
    image = Image.open(io.BytesIO(data))
    for length in range(0, len(data), 7):
        coding_of(image, data[:length])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
def test_a_picture_knows_how_its_file_held_it(kind):
    data = saved(kind)
    found = decode(data, "it").coding
    assert found == coding(data)
    assert isinstance(found, Coding)


def test_a_tiff_that_pillow_does_not_read_has_one_too(tmp_path):
    import tifffile

    tifffile.imwrite(
        tmp_path / "it.tif", np.zeros((3, 4, 5), np.uint16), photometric="rgb", planarconfig=2,
        compression="zlib",
    )  # fmt: skip
    assert decode((tmp_path / "it.tif").read_bytes(), "it").coding == Coding("TIFF", False)
