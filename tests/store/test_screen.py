"""What may be coded anew, and that all else is kept with its reason."""

import numpy as np
import pytest
from PIL import Image, ImageCms

from srq.errors import ImageError
from srq.store.screen import screened
from tests.store.conftest import file_of

RGB = np.random.default_rng(1).integers(0, 256, (20, 30, 3), np.uint8)
JPEG = file_of(RGB, "JPEG")
# Display P3's red, where a profile of sRGB has its own.
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def app1(payload: bytes) -> bytes:
    return JPEG[:2] + b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload + JPEG[2:]


def wide_profile() -> bytes:
    at = SRGB.index(b"rXYZ")
    place = int.from_bytes(SRGB[at + 4 : at + 8], "big") + 8
    return SRGB[:place] + round(0.5151 * 65536).to_bytes(4, "big") + SRGB[place + 4 :]


def several() -> bytes:
    return file_of(
        Image.fromarray(RGB), "WEBP", save_all=True, append_images=[Image.fromarray(255 - RGB)]
    )


KEPT = {
    "transparency": file_of(np.dstack([RGB, RGB[..., :1]])),
    "16 bits": None,
    "gray": file_of(RGB[..., 0]),
    "print": file_of(Image.fromarray(RGB).convert("CMYK"), "JPEG"),
    "palette": file_of(Image.fromarray(RGB).quantize(16)),
    "animated": several(),
    r"8192 bytes follow its picture \(a motion photo\)": JPEG
    + b"\x18ftypmp42".ljust(8191, b"v")
    + b"\x01",
    "bytes follow its picture": JPEG + JPEG,
    "gain map": app1(b'http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version="1.0"/>'),
    "motion photo": app1(b'http://ns.adobe.com/xap/1.0/\0<x GCamera:MotionPhoto="1"/>'),
    "another gamut": file_of(RGB, icc_profile=wide_profile()),
    "smaller than": file_of(RGB[:7]),
    "GIF files|palette": file_of(RGB, "GIF"),
    "a comment": file_of(RGB, "JPEG", comment=b"made by hand"),
}


def deep() -> bytes:
    from srq.image.io import Picture, encode

    return encode(Picture(RGB.astype(np.uint16) * 257), ".png")


@pytest.mark.parametrize("reason", KEPT)
def test_kept_with_the_reason(reason):
    data = KEPT[reason] or deep()
    picture, told = screened(data, "it")
    assert picture is None
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(told)


def test_taken():
    turned = Image.Exif()
    turned[0x0112] = 6
    for data in (
        JPEG,
        file_of(RGB),
        file_of(RGB, icc_profile=SRGB),
        file_of(RGB, "WEBP"),
        JPEG + b"\0\0",
        app1(b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"),
        file_of(RGB, "WEBP", xmp=b"<x:xmpmeta/>"),
    ):
        picture, told = screened(data, "it")
        assert told is None
        assert picture is not None
        assert picture.size == (20, 30)
    picture, _ = screened(file_of(RGB, "JPEG", exif=turned), "it")
    assert picture is not None
    assert picture.size == (30, 20)


def test_refused():
    for data in (b"", b"<svg/>", JPEG[:200]):
        with pytest.raises(ImageError):
            screened(data, "it")
