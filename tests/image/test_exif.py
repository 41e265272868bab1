import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps

from srq.image.exif import entries, upright, with_size
from srq.image.io import Picture, decode, encode

MAKER_NOTE = b"made at a fixed place: " + bytes(range(40))
GPS = {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (59.0, 20.0, 30.0)}
RNG = np.random.default_rng(4)


def exif_block(orientation: int | None = None) -> bytes:
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = "a maker of cameras"
    tags[ExifTags.Base.DateTime] = "2024:02:29 12:00:00"
    if orientation is not None:
        tags[ExifTags.Base.Orientation] = orientation
    tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] = MAKER_NOTE
    tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ISOSpeedRatings] = 400
    tags.get_ifd(ExifTags.IFD.GPSInfo).update(GPS)
    return tags.tobytes().removeprefix(b"Exif\0\0")


def check_tags(exif: bytes | None) -> None:
    assert exif is not None
    tags = Image.Exif()
    tags.load(exif)
    assert tags[ExifTags.Base.Make] == "a maker of cameras"
    assert tags[ExifTags.Base.DateTime] == "2024:02:29 12:00:00"
    assert tags.get(ExifTags.Base.Orientation, 1) == 1
    shot = tags.get_ifd(ExifTags.IFD.Exif)
    assert shot[ExifTags.Base.MakerNote] == MAKER_NOTE
    assert shot[ExifTags.Base.ISOSpeedRatings] == 400
    assert dict(tags.get_ifd(ExifTags.IFD.GPSInfo)) == GPS


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".avif", ".heic", ".jxl"])
def test_carried_from_format_to_format(suffix: str, dtype: type) -> None:
    given = Picture(RNG.integers(0, 256, (9, 8, 3), dtype), exif=exif_block())
    found = decode(encode(given, suffix), "it")
    check_tags(found.exif)
    if suffix != ".tif":  # TIFF keeps it as a part of its own directory.
        assert found.exif == given.exif
    for other in (".png", ".jpg", ".webp", ".tif"):
        check_tags(decode(encode(found, other), "it").exif)


def test_bmp_has_no_place_for_it() -> None:
    given = Picture(np.zeros((3, 4), np.uint8), exif=exif_block())
    assert decode(encode(given, ".bmp"), "it").exif is None


@pytest.mark.parametrize("kind", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "TIFF", "JPEG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_once(orientation: int, format_name: str, kind: str) -> None:
    if format_name == "JPEG" and kind == "RGBA":
        return  # JPEG has no alpha.
    shape = (9, 14) if kind == "L" else (9, 14, len(kind))
    image = Image.fromarray(RNG.integers(0, 256, shape, np.uint8))
    stream, options = io.BytesIO(), {"lossless": True} if format_name == "WEBP" else {}
    image.save(stream, format_name, exif=b"Exif\0\0" + exif_block(orientation), **options)
    found = decode(stream.getvalue(), "it")
    with Image.open(stream) as again:
        again.load()
        shown = np.asarray(ImageOps.exif_transpose(again))
    if format_name == "WEBP" and kind == "RGBA":
        shown = shown * (shown[..., 3:] > 0)  # Pillow clears the colours under clear pixels.
        assert np.array_equal(found.channels() * (found.channels()[..., 3:] > 0), shown)
    elif found.pixels.ndim > shown.ndim:
        assert np.array_equal(found.pixels[..., 0], shown)
    else:
        assert np.array_equal(found.channels(), shown)
    check_tags(found.exif)
    assert np.array_equal(decode(encode(found, ".png"), "it").pixels, found.pixels)


def test_orientation_of_16_bit_tiff() -> None:
    values = RNG.integers(0, 65536, (5, 7, 3), np.uint16)
    for pixels, alpha in (
        (values, None),
        (values, values[..., 0]),
        (values[..., 0], values[..., 1]),
    ):
        data = bytearray(encode(Picture(pixels, alpha), ".tif"))
        place = data.index(struct.pack("<HHIH", 0x0112, 3, 1, 1))
        data[place + 8] = 6  # turned to the right
        found = decode(bytes(data), "it")
        assert np.array_equal(found.pixels, np.rot90(pixels, -1))
        if alpha is not None:
            assert np.array_equal(found.alpha, np.rot90(alpha, -1))


def test_only_orientation_and_thumbnail_change() -> None:
    order, before = ">" if exif_block()[:2] == b"MM" else "<", bytearray(exif_block(6))
    link = max(before.index(entry) for entry in entries(bytes(before)).values()) + 12
    before[link : link + 4] = struct.pack(f"{order}I", 999)
    after, orientation = upright(b"Exif\0\0" + bytes(before))
    assert orientation == 6
    assert after is not None
    changed = [
        place for place, pair in enumerate(zip(before, after, strict=True)) if len({*pair}) > 1
    ]
    value = before.index(entries(bytes(before))[0x0112]) + 8
    value += order == ">"
    assert set(changed) <= {value, *range(link, link + 4)}
    assert after[value] == 1
    assert after[link : link + 4] == bytes(4)


@pytest.mark.parametrize("orientation", [0, 9, 300])
def test_senseless_orientations_are_upright(orientation: int) -> None:
    exif, found = upright(exif_block(orientation))
    assert found == 1
    check_tags(exif)


@given(st.binary(max_size=60).map(lambda tail: b"II*\0" + tail) | st.binary(max_size=60))
def test_damaged_exif_never_stops_a_picture(exif: bytes) -> None:
    cleaned, orientation = upright(exif)
    assert orientation in range(1, 9)
    for suffix in (".png", ".jpg", ".tif"):
        given = Picture(np.zeros((4, 4), np.uint8), exif=cleaned)
        decode(encode(given, suffix), "it")


def sized_block(order: str) -> bytes:
    """Pillow's block with the tags of a picture's size, as SHORT, in both directories."""
    tags = Image.Exif()
    tags.endian = order
    tags[ExifTags.Base.Make] = "a maker of cameras"
    tags[ExifTags.Base.ImageWidth], tags[ExifTags.Base.ImageLength] = 640, 480
    shot = tags.get_ifd(ExifTags.IFD.Exif)
    shot[ExifTags.Base.ExifImageWidth], shot[ExifTags.Base.ExifImageHeight] = 640, 480
    shot[ExifTags.Base.MakerNote] = MAKER_NOTE
    return tags.tobytes().removeprefix(b"Exif\0\0")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("height", "width"), [(960, 1280), (70000, 90000)])
def test_the_size_is_brought_up_to_date(order: str, height: int, width: int) -> None:
    block = sized_block(order)
    made = with_size(block, height, width)
    assert len(made) == len(block)
    tags = Image.Exif()
    tags.load(made)
    assert tags.endian == order
    assert (tags[ExifTags.Base.ImageLength], tags[ExifTags.Base.ImageWidth]) == (height, width)
    shot = tags.get_ifd(ExifTags.IFD.Exif)
    assert shot[ExifTags.Base.ExifImageHeight] == height
    assert shot[ExifTags.Base.ExifImageWidth] == width
    assert shot[ExifTags.Base.MakerNote] == MAKER_NOTE
    assert tags[ExifTags.Base.Make] == "a maker of cameras"


def test_a_block_without_a_size_gets_none() -> None:
    assert with_size(exif_block(), 3, 4) == exif_block()


@given(st.binary(max_size=40), st.integers(0, 200), st.binary(max_size=8))
def test_a_size_goes_into_no_damaged_block(head: bytes, place: int, patch: bytes) -> None:
    assert with_size(head, 3, 4) == head
    damaged = bytearray(sized_block("<"))
    damaged[place : place + len(patch)] = patch
    assert len(with_size(bytes(damaged), 3, 4)) == len(damaged)
