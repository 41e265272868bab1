import io

import numpy as np
import pytest
from PIL import Image

from srq.image.encode import encode_rows
from srq.image.io import Picture, decode, encode
from srq.image.xmp import JPEG_BYTES, upright_xmp
from srq.upscaling.enlarge import resized

XMP = (
    b'<?xpacket begin="\xef\xbb\xbf"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:Description tiff:Orientation="1" dc:creator="Zo\xc3\xab"/></x:xmpmeta>'
)
TURNED = XMP.replace(b'Orientation="1"', b'Orientation="6"')
RGB = np.random.default_rng(7).integers(0, 256, (20, 30, 3), np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".avif", ".heic", ".jxl"])
def test_it_comes_back_from_every_format_that_has_it(suffix):
    for module in {".heic": ["pillow_heif"], ".jxl": ["pylibjxl"]}.get(suffix, []):
        pytest.importorskip(module)
    assert decode(encode(Picture(RGB, xmp=XMP), suffix), "it").xmp == XMP
    assert decode(encode(Picture(RGB), suffix), "it").xmp is None


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_it_comes_back_beside_16_bits_and_from_rows(suffix):
    deep = RGB.astype(np.uint16) * 257
    alpha = deep[..., 0]
    for picture in (Picture(deep, xmp=XMP), Picture(deep[..., 0], alpha, xmp=XMP)):
        assert decode(encode(picture, suffix), "it").xmp == XMP
    stream = io.BytesIO()
    encode_rows(iter([RGB]), Picture(RGB, xmp=XMP), RGB.shape[:2], suffix, stream)
    assert decode(stream.getvalue(), "it").xmp == XMP


@pytest.mark.parametrize("suffix", [".bmp", ".gif"])
def test_what_cannot_carry_it_does_without(suffix):
    assert decode(encode(Picture(RGB, xmp=XMP), suffix), "it").xmp is None


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_it_says_upright_as_the_pixels_are(form):
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(RGB).save(stream, form, exif=exif.tobytes(), xmp=TURNED)
    picture = decode(stream.getvalue(), "it")
    assert picture.size == (30, 20)
    assert picture.xmp == XMP


def test_an_orientation_as_an_element_is_found_too():
    element = b"<tiff:Orientation>8</tiff:Orientation>"
    assert upright_xmp(element) == element.replace(b"8", b"1")
    assert upright_xmp(b"<exif:Orientations>8<") == b"<exif:Orientations>8<"
    assert upright_xmp(b"") is None


def test_a_jpeg_leaves_out_what_fits_into_no_segment():
    fits = XMP + b" " * (JPEG_BYTES - len(XMP))
    assert decode(encode(Picture(RGB, xmp=fits), ".jpg"), "it").xmp == fits
    assert decode(encode(Picture(RGB, xmp=fits + b" "), ".jpg"), "it").xmp is None


def test_it_stays_with_a_picture_that_changes_and_goes_with_its_notes():
    glass = Picture(RGB, np.full((20, 30), 9, np.uint8), exif=b"II*\0" + bytes(8), xmp=XMP)
    assert glass.on(255).xmp == resized(glass, (40, 60)).xmp == XMP
    bare = glass.without_notes()
    assert (bare.exif, bare.xmp) == (None, None)
    assert bare.alpha is glass.alpha
