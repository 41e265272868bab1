import errno
import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from srq.errors import ImageError, StorageError
from srq.image.encode import blank, check_target
from srq.image.io import FORMATS, Picture, decode, encode, read, write
from srq.image.metrics import psnr
from tests.image.icc import SRGB, gray_profile

DEEP = {".png", ".apng", ".tif", ".tiff"}
HEIC = {".heic", ".heif", ".hif"}  # 10 bits
COLOUR = {".webp", ".gif"}  # no gray
NO_GRAY_ALPHA = {".avif", ".jxl", *HEIC}
EXACT = {".webp", ".bmp", ".jxl", *DEEP}
CLEAR = EXACT - {".bmp"} | {".gif", ".avif", *HEIC}
BARE = {".bmp", ".gif"}  # no profile


def picture(kind: str, dtype: type, shape: tuple[int, int] = (19, 23)) -> Picture:
    """Noise of the kind "L", "LA", "RGB" or "RGBA"."""
    rng = np.random.default_rng(len(kind))
    top = np.iinfo(dtype).max + 1
    pixels = rng.integers(0, top, shape + ((3,) if "RGB" in kind else ()), dtype)
    return Picture(pixels, rng.integers(0, top, shape, dtype) if "A" in kind else None)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("kind", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_round_trip(tmp_path: Path, suffix: str, kind: str, dtype: type) -> None:
    path, given = tmp_path / f"picture{suffix}", picture(kind, dtype)
    if given.alpha is not None and suffix not in CLEAR:
        with pytest.raises(ImageError, match="cannot carry transparency"):
            write(path, given)
        assert not path.exists()
        return
    write(path, given, lossless=True)
    found = read(path)
    rgb = suffix in COLOUR or (suffix in NO_GRAY_ALPHA and given.alpha is not None)
    if suffix not in EXACT:
        assert found.pixels.dtype == (dtype if suffix in HEIC else np.uint8)
        assert found.size == given.size
        assert found.is_gray == (given.is_gray and not rgb)
        assert (found.alpha is None) == (given.alpha is None)
        return
    expected, alpha = given.pixels, given.alpha
    if suffix not in DEEP and dtype == np.uint16:
        expected = np.rint(expected / 257).astype(np.uint8)
        alpha = None if alpha is None else np.rint(alpha / 257).astype(np.uint8)
    if rgb and given.is_gray:
        expected = np.dstack([expected] * 3)
    assert found.pixels.dtype == expected.dtype
    assert np.array_equal(found.pixels, expected)
    assert (found.alpha is None) == (alpha is None)
    if alpha is not None:
        assert np.array_equal(found.alpha, alpha)
    assert found.icc is None
    assert found.exif is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (300, 700)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_odd_and_large_shapes(suffix: str, dtype: type, shape: tuple[int, int]) -> None:
    for kind in ("L", "LA", "RGB", "RGBA"):
        given = picture(kind, dtype, shape)
        found = decode(encode(given, suffix), "it")
        assert np.array_equal(found.channels(), given.channels())


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".avif", ".heic"])
def test_lossy_formats_are_close_and_follow_quality(suffix: str) -> None:
    rgb = data.astronaut()[:128, 100:250]
    good, bad = (encode(Picture(rgb), suffix, quality=q) for q in (95, 30))
    assert len(bad) < len(good)
    green = (decode(file, "it").pixels[..., 1] for file in (good, bad))
    close, far = (psnr(rgb[..., 1], np.ascontiguousarray(channel)) for channel in green)
    assert close > 36
    assert far < close


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", FORMATS)
def test_profiles_are_carried(suffix: str, dtype: type) -> None:
    for kind, profile in (("L", gray_profile()), ("RGB", SRGB)):
        given = Picture(picture(kind, dtype).pixels, icc=profile)
        found = decode(encode(given, suffix), "it")
        fits = suffix not in BARE and (kind == "RGB" or suffix not in COLOUR)
        assert found.icc == (profile if fits else None)
        # A profile for other channels would only mislead.
        wrong = Picture(given.pixels, icc=SRGB if kind == "L" else gray_profile())
        if suffix not in COLOUR:
            assert decode(encode(wrong, suffix), "it").icc is None


def test_content_not_suffix_decides_when_reading(tmp_path: Path) -> None:
    given = picture("RGB", np.uint8)
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(encode(given, ".PNG"))
    assert np.array_equal(read(path).pixels, given.pixels)


def test_opaque_alpha_is_no_transparency() -> None:
    given = picture("RGB", np.uint8)
    opaque = Picture(given.pixels, np.full(given.size, 255, np.uint8))
    assert decode(encode(opaque, ".bmp"), "it").alpha is None


def test_laying_over_a_background() -> None:
    for dtype, top in ((np.uint8, 255), (np.uint16, 65535)):
        for kind in ("LA", "RGBA"):
            given = picture(kind, dtype)
            flat = given.on(top)
            assert given.alpha is not None
            weight = (given.alpha if given.is_gray else given.alpha[..., None]) / top
            expected = given.pixels * weight + top * (1 - weight)
            assert flat.alpha is None
            assert np.abs(flat.pixels - expected).max() <= 0.5 + 1e-9
            assert flat.on(0) is flat


def test_pillow_sees_the_same(tmp_path: Path) -> None:
    for suffix, kind in itertools.product(EXACT - {".jxl"}, ("L", "RGB")):
        given = picture(kind, np.uint8)
        write(tmp_path / f"it{suffix}", given, lossless=True)
        with Image.open(tmp_path / f"it{suffix}") as image:
            assert np.array_equal(np.asarray(image.convert(kind)), given.pixels)


def test_no_file_is_an_error_of_storage(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"Cannot read .*none\.png: it does not exist"):
        read(tmp_path / "none.png")
    with pytest.raises(StorageError, match="it is a folder; name a file"):
        read(tmp_path)
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(StorageError, match=r"Cannot write .*out\.png: "):
        write(blocked / "out.png", picture("L", np.uint8))


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root, as in CI, may read any file
    with pytest.raises(StorageError, match="permission is denied; make it readable"):
        read(tmp_path / "mine.png")


def test_a_refused_picture_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "old.jpg"
    path.write_bytes(b"old")
    with pytest.raises(ImageError, match=r"old\.jpg: JPEG cannot carry transparency; write PNG"):
        write(path, picture("RGBA", np.uint8))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written() -> None:
    small = picture("L", np.uint8)
    for suffix in (".tga", "", ".psd"):
        with pytest.raises(ImageError, match=r"end the name in one of \.png, \.jpg"):
            encode(small, suffix)
    for quality in (0, 101):
        with pytest.raises(ImageError, match=f"from 1 to 100, not {quality}"):
            encode(small, ".jpg", quality=quality)
    wide = Picture(np.zeros((1, 65501), np.uint8))
    for suffix, most in ((".jpg", 65500), (".webp", 16383)):
        with pytest.raises(ImageError, match=f"at most {most} pixels wide and high"):
            encode(wide, suffix)
    assert decode(encode(wide, ".png"), "it").size == (1, 65501)
    long = Picture(small.pixels, exif=b"II*\0" + bytes(70000))
    with pytest.raises(ImageError, match="JPEG can carry 65527 bytes of EXIF"):
        encode(long, ".jpg")


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"pixels": np.zeros((3, 4, 4), np.uint8)}, r"its shape is \(3, 4, 4\)"),
        ({"pixels": np.zeros((0, 4), np.uint8)}, "not empty"),
        ({"pixels": np.zeros((3, 4))}, "uint8 or uint16, not float64"),
        (
            {"pixels": np.zeros((3, 4), np.uint8), "alpha": np.zeros((3, 5), np.uint8)},
            r"Alpha must be uint8 of shape \(3, 4\)",
        ),
        (
            {"pixels": np.zeros((3, 4), np.uint8), "alpha": np.zeros((3, 4), np.uint16)},
            "but it is uint16",
        ),
    ],
)
def test_parts_of_a_picture_must_fit(parts: dict, sentence: str) -> None:
    with pytest.raises(ImageError, match=sentence):
        Picture(**parts)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("shape", [(33, 50), (33, 50, 3)])
def test_a_picture_in_a_blank_has_the_bytes_of_any_other(
    suffix: str, shape: tuple[int, ...]
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    filled = blank(check_target(suffix, shape[:2]), shape, np.uint8)
    filled[...] = pixels
    assert filled.shape == shape
    assert encode(Picture(filled), suffix) == encode(Picture(pixels), suffix)


def test_a_part_of_pixels_in_fours_is_not_taken_for_the_whole() -> None:
    fours = np.random.default_rng(0).integers(0, 256, (20, 30, 4)).astype(np.uint8)
    for part in (fours[..., 1:], fours[:, ::-1, :3], fours[2:, :, :3], fours[:, 1:-1, :3]):
        assert encode(Picture(part), ".jpg") == encode(Picture(part.copy()), ".jpg")
