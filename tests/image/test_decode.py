"""Files that others wrote: pypng, tifffile and Pillow are the authorities here."""

import io
import struct
import sys

import numpy as np
import png
import pytest
import tifffile
from PIL import Image

from srq.errors import (
    DamagedImageError,
    ImageError,
    MissingDependencyError,
    UnsupportedImageError,
)
from srq.image.io import Picture, decode, encode
from srq.image.picture import Picture as PictureType
from tests.image.icc import cmyk_profile

RNG = np.random.default_rng(3)


def saved(image: Image.Image, format_name: str, **options) -> PictureType:
    stream = io.BytesIO()
    image.save(stream, format_name, **options)
    return decode(stream.getvalue(), "it")


def noise(*shape: int, dtype: type = np.uint8) -> np.ndarray:
    return RNG.integers(0, np.iinfo(dtype).max + 1, shape, dtype)


@pytest.mark.parametrize("interlace", [False, True])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bit_png_as_pypng_writes_it(channels: int, interlace: bool) -> None:
    values, stream = noise(13, 17, channels, dtype=np.uint16), io.BytesIO()
    png.Writer(
        17, 13, greyscale=channels < 3, alpha=channels in (2, 4), bitdepth=16, interlace=interlace
    ).write(stream, values.reshape(13, -1).tolist())
    found = decode(stream.getvalue(), "it")
    assert np.array_equal(np.atleast_3d(found.channels()), values)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bit_png_as_pypng_reads_it(channels: int) -> None:
    values = noise(13, 17, channels, dtype=np.uint16)
    values[::2] = 40000  # rows for either filter
    pixels = values[..., :3] if channels > 2 else values[..., 0]
    alpha = values[..., -1] if channels in (2, 4) else None
    width, height, rows, info = png.Reader(bytes=encode(Picture(pixels, alpha), ".png")).asDirect()
    assert (width, height, info["bitdepth"], info["planes"]) == (17, 13, 16, channels)
    assert np.array_equal(np.array(list(rows)).reshape(13, 17, channels), values)


def test_16_bit_png_with_one_clear_colour() -> None:
    gray, rgb = noise(5, 6, dtype=np.uint16), noise(5, 6, 3, dtype=np.uint16)
    for values, key in ((gray, int(gray[2, 3])), (rgb, tuple(int(v) for v in rgb[2, 3]))):
        stream = io.BytesIO()
        png.Writer(
            6, 5, greyscale=values.ndim == 2, bitdepth=16, transparent=key
        ).write(stream, values.reshape(5, -1).tolist())  # fmt: skip
        found = decode(stream.getvalue(), "it")
        assert np.array_equal(found.pixels, values)
        assert found.alpha is not None
        assert found.alpha[2, 3] == 0
        assert np.count_nonzero(found.alpha == 65535) == 29


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits_of_gray_are_spread(bits: int) -> None:
    values, stream = RNG.integers(0, 2**bits, (5, 9)), io.BytesIO()
    png.Writer(9, 5, greyscale=True, bitdepth=bits).write(stream, values.tolist())
    found = decode(stream.getvalue(), "it").pixels
    assert np.array_equal(found, values * (255 // (2**bits - 1)))


def test_palettes_become_rgb_and_keep_transparency() -> None:
    palette = [(40, 50, 60, 128), (70, 80, 90, 0), (10, 20, 30)]
    indexes, stream = RNG.integers(0, 3, (5, 9)), io.BytesIO()
    png.Writer(9, 5, palette=palette).write(stream, indexes.tolist())
    found = decode(stream.getvalue(), "it")
    expected = np.array([*palette[:2], (10, 20, 30, 255)])[indexes]
    assert np.array_equal(found.channels(), expected)
    for format_name in ("PNG", "TIFF", "BMP"):
        image = Image.fromarray(noise(5, 9)).convert("P", palette=Image.Palette.ADAPTIVE)
        image.putpalette(noise(768).tobytes())
        expected = np.asarray(image.convert("RGB"))
        assert np.array_equal(saved(image, format_name).pixels, expected)


def test_8_bit_png_with_one_clear_colour() -> None:
    gray, rgb = noise(5, 6), noise(5, 6, 3)
    for values, key in ((gray, int(gray[2, 3])), (rgb, tuple(int(v) for v in rgb[2, 3]))):
        found = saved(Image.fromarray(values), "PNG", transparency=key)
        assert np.array_equal(found.pixels, values)
        assert found.alpha is not None
        assert found.alpha[2, 3] == 0


def test_one_bit_is_black_and_white() -> None:
    for format_name in ("PNG", "TIFF", "BMP"):
        found = saved(Image.fromarray(noise(7, 9) > 99), format_name)
        assert found.pixels.dtype == np.uint8
        assert set(np.unique(found.pixels)) == {0, 255}


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_tiff_as_tifffile_writes_it(
    channels: int, dtype: type, compression: str | None, byteorder, planar
) -> None:
    if planar == "separate" and (channels == 1 or (channels == 2 and dtype == np.uint8)):
        return  # No such file: one channel cannot be apart, and Pillow reads no 8-bit LA apart.
    values, stream = noise(13, 17, channels, dtype=dtype), io.BytesIO()
    tifffile.imwrite(
        stream,
        np.ascontiguousarray(np.moveaxis(values, -1, 0)) if planar == "separate" else values,
        photometric="rgb" if channels > 2 else "minisblack",
        planarconfig=planar if channels > 1 else None,
        extrasamples=["unassalpha"] if channels in (2, 4) else None,
        compression=compression,
        byteorder=byteorder,
    )
    found = decode(stream.getvalue(), "it")
    assert found.pixels.dtype == dtype
    assert np.array_equal(np.atleast_3d(found.channels()), values)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_tiff_as_tifffile_reads_it(channels: int, dtype: type) -> None:
    values = noise(300, 400, channels, dtype=dtype)
    pixels = values[..., :3] if channels > 2 else values[..., 0]
    alpha = values[..., -1] if channels in (2, 4) else None
    with tifffile.TiffFile(io.BytesIO(encode(Picture(pixels, alpha), ".tif"))) as file:
        assert np.array_equal(np.atleast_3d(file.asarray()), values)
        assert len(file.pages) == 1


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "packbits", "jpeg"])
def test_tiff_compressions_of_pillow(compression: str) -> None:
    values = noise(40, 50, 3)
    found = saved(Image.fromarray(values), "TIFF", compression=compression)
    if compression != "jpeg":
        assert np.array_equal(found.pixels, values)
        deep = noise(40, 50, dtype=np.uint16)
        assert np.array_equal(
            saved(Image.fromarray(deep), "TIFF", compression=compression).pixels, deep
        )
    assert found.pixels.shape == values.shape


def test_premultiplied_16_bit_tiff() -> None:
    colours, alpha = noise(8, 9, 3, dtype=np.uint16), noise(8, 9, dtype=np.uint16)
    alpha[0] = 65535
    colours = np.minimum(colours, alpha[..., None])
    stream = io.BytesIO()
    tifffile.imwrite(
        stream, np.dstack([colours, alpha]), photometric="rgb", extrasamples=["assocalpha"]
    )
    found = decode(stream.getvalue(), "it")
    assert np.array_equal(found.alpha, alpha)
    restored = colours * (65535 / np.maximum(alpha, 1)[..., None])
    assert np.abs(found.pixels - restored).max() <= 0.5 + 1e-9


def test_cmyk_becomes_rgb() -> None:
    inks = np.zeros((8, 8, 4), np.uint8)
    inks[..., 0] = 255
    image = Image.frombytes("CMYK", (8, 8), inks.tobytes())
    for format_name in ("JPEG", "TIFF"):
        plain = saved(image, format_name)
        assert plain.pixels[4, 4].tolist() == [0, 255, 255]
        profiled = saved(image, format_name, icc_profile=cmyk_profile(lightness=50))
        # CIE L* = 50 is 18.4 % of white, and 119 in sRGB.
        assert np.abs(profiled.pixels.astype(int) - 119).max() <= 1
        assert profiled.icc is None
        assert saved(image, format_name, icc_profile=b"no profile").pixels[4, 4].tolist() == [
            0, 255, 255,
        ]  # fmt: skip


def test_ycbcr_tiff_becomes_rgb() -> None:
    found = saved(Image.new("YCbCr", (9, 8), (200, 128, 128)), "TIFF", compression="jpeg")
    assert np.abs(found.pixels.astype(int) - 200).max() <= 1


def test_photos_with_previews_are_read() -> None:
    first, second = (Image.fromarray(noise(16, 16, 3)) for _ in range(2))
    stream = io.BytesIO()
    first.save(stream, "MPO", save_all=True, append_images=[second])
    alone = saved(first, "JPEG")
    assert np.array_equal(decode(stream.getvalue(), "it").pixels, alone.pixels)


@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "TIFF"])
def test_several_pictures_are_refused(format_name: str) -> None:
    frames = [Image.fromarray(noise(16, 16, 3)) for _ in range(3)]
    with pytest.raises(ImageError, match="Cannot read it: it holds 3 pictures"):
        saved(frames[0], format_name, save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.zeros((4, 5), np.float32), "floating-point"),
        (np.zeros((4, 5, 3), np.float32), "does not read this kind of TIFF"),
        (np.zeros((4, 5), np.uint32), "32-bit integer"),
        (np.zeros((4, 5), np.int16), "integer"),
        (np.zeros((4, 5, 3), np.uint32), "does not read this kind of TIFF"),
    ],
)
def test_other_kinds_of_pixels_are_named(values: np.ndarray, kind: str) -> None:
    stream = io.BytesIO()
    tifffile.imwrite(stream, values, photometric="rgb" if values.ndim == 3 else "minisblack")
    with pytest.raises(ImageError, match=kind):
        decode(stream.getvalue(), "it")


def test_no_picture() -> None:
    with pytest.raises(
        UnsupportedImageError, match=r"not a picture of a kind that srq reads \(PNG"
    ):
        decode(b"hello, world" * 9, "it")


def test_another_kind_of_picture_is_named() -> None:
    for format_name, known_as in (("TGA", "TGA"), ("PPM", "PPM"), ("PCX", "PCX")):
        with pytest.raises(UnsupportedImageError, match=f"it is of the kind {known_as}, which srq"):
            saved(Image.fromarray(noise(5, 6, 3)), format_name)


@pytest.mark.parametrize("start", [b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(50), b"BM", b"II*\0"])
def test_no_more_than_the_start_of_a_picture_is_a_damaged_one(start: bytes) -> None:
    with pytest.raises(DamagedImageError, match="the file is damaged or cut short; get a whole"):
        decode(start, "it")


def test_a_codec_that_libtiff_lacks_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    Image.fromarray(noise(40, 50, 3)).save(stream, "TIFF", compression="tiff_lzw")
    data = stream.getvalue()
    cut = data[:600] + bytes(3000) + data[3600:]
    with pytest.raises(DamagedImageError):
        decode(cut, "it")
    monkeypatch.setattr("srq.image.decode.has_codec", lambda compression: compression != 5)
    with pytest.raises(UnsupportedImageError, match="srq does not read this kind of TIFF"):
        decode(cut, "it")


def test_bmp_of_five_and_six_bits_a_channel() -> None:
    header = b"BM" + struct.pack("<IHHI", 70 + 4, 0, 0, 66) + struct.pack("<I", 40)
    header += struct.pack("<iiHHIIiiII", 2, 1, 1, 16, 3, 4, 0, 0, 0, 0)
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    found = decode(header + masks + struct.pack("<HH", 0xF800, 0x07E0), "it")
    assert found.pixels.tolist() == [[[255, 0, 0], [0, 255, 0]]]


def test_what_pillow_knows_but_does_not_read_is_not_damaged() -> None:
    data = bytearray(encode(Picture(noise(5, 6, 3)), ".bmp"))
    data[28] = 7  # bits a pixel
    with pytest.raises(UnsupportedImageError, match="srq does not read this kind of BMP; save"):
        decode(bytes(data), "it")


@pytest.mark.parametrize(
    ("package", "start", "sentence"),
    [
        (
            "pillow_heif",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            "Cannot read it: a HEIC picture needs pillow_heif, which is not installed;"
            " pip install 'srq[heic]'.",
        ),
        (
            "pylibjxl",
            b"\xff\x0a",
            "Cannot read it: a JPEG XL picture needs pylibjxl, which is not installed;"
            " pip install 'srq[jxl]'.",
        ),
    ],
)
def test_a_missing_extra_is_named_and_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, package: str, start: bytes, sentence: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError) as caught:
        decode(start + bytes(99), "it")
    assert str(caught.value) == sentence


def test_empty() -> None:
    with pytest.raises(ImageError, match=r"Cannot read it: the file is empty\."):
        decode(b"", "it")


def test_decompression_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode(Picture(np.zeros((100, 100), np.uint8)), ".png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5000)
    assert decode(data, "it").size == (100, 100)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 4999)
    with pytest.raises(ImageError, match="it has more than 9998 pixels"):
        decode(data, "it")
