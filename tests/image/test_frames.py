"""Animations and pages: Pillow and tifffile are the authorities on what a file holds."""

import gc
import io
import weakref
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image

from srq.errors import DamagedImageError, ImageError
from srq.image.decode import decode_first
from srq.image.encode_frames import check_frames, encode_frames
from srq.image.frames import Frames, frames_of, suffix_of_frames
from srq.image.gif import GifWriter
from srq.image.io import Picture, decode, encode
from tests.image.icc import SRGB

RNG = np.random.default_rng(11)
ANIMATED = (".png", ".gif", ".webp", ".avif")
NAMES = {".png": "PNG", ".gif": "GIF", ".webp": "WEBP", ".avif": "AVIF"}


def drawings(count: int = 4, alpha: bool = False) -> list[Image.Image]:
    """Few colours, so that a GIF holds them, and a square that moves; clear around it if asked."""
    made = []
    for i in range(count):
        pixels = np.zeros((24, 30, 4), np.uint8)
        pixels[..., :3] = (10, 200, 90)
        pixels[..., 3] = 0 if alpha else 255
        pixels[2 + i : 12 + i, 3 + 2 * i : 14 + 2 * i] = (250, 20 * i, 7, 255)
        made.append(Image.fromarray(pixels if alpha else np.ascontiguousarray(pixels[..., :3])))
    return made


def saved(images: list[Image.Image], format_name: str, **options) -> bytes:
    stream = io.BytesIO()
    images[0].save(stream, format_name, save_all=True, append_images=images[1:], **options)
    return stream.getvalue()


def opened(data: bytes) -> Frames:
    frames = frames_of(data, "it")
    assert frames is not None
    return frames


def written(frames: Frames, suffix: str, pictures: list[Picture] | None = None) -> bytes:
    stream = io.BytesIO()
    encode_frames(iter(pictures or list(frames)), frames, frames.size, suffix, stream)
    return stream.getvalue()


def by_pillow(data: bytes, mode: str) -> list[np.ndarray]:
    with Image.open(io.BytesIO(data)) as image:
        found = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            found.append(np.asarray(image.convert(mode)))
        return found


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("suffix", ANIMATED)
def test_frames_are_read_as_pillow_shows_them(suffix: str, alpha: bool) -> None:
    lossless = {"lossless": True} if suffix == ".webp" else {}
    data = saved(drawings(alpha=alpha), NAMES[suffix], duration=[40, 80, 120, 30], **lossless)
    frames = opened(data)
    assert (frames.count, frames.size, frames.suffix) == (4, (24, 30), suffix)
    assert frames.times == (Fraction(1, 25), Fraction(2, 25), Fraction(3, 25), Fraction(3, 100))
    assert frames.is_transparent == alpha
    expected = by_pillow(data, "RGBA" if alpha else "RGB")
    for _ in range(2):  # It can be read again.
        found = [picture.channels() for picture in frames]
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


def test_parts_of_frames_are_laid_over_what_was_before() -> None:
    for disposal in (0, 1, 2, 3):
        data = saved(drawings(alpha=True), "GIF", duration=100, disposal=disposal)
        expected = by_pillow(data, "RGBA")
        for picture, wanted in zip(opened(data), expected, strict=True):
            assert np.array_equal(picture.channels(), wanted)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_exact_formats_hold_every_frame_and_its_time(suffix: str, alpha: bool) -> None:
    images = drawings(6, alpha)
    times = [40, 80, 120, 30, 250, 70]
    frames = opened(saved(images, "PNG", duration=times, loop=3))
    data = written(frames, suffix)
    mode = "RGBA" if alpha else "RGB"
    for found, image in zip(by_pillow(data, mode), images, strict=True):
        wanted = np.array(image)
        if alpha and suffix == ".gif":
            wanted[wanted[..., 3] == 0] = 0  # What is clear has no colour there.
        assert np.array_equal(found, wanted)
    again = opened(data)
    assert (again.times, again.plays) == (frames.times, 3)


def test_frames_of_deep_colour_and_gray_stay_so_in_png() -> None:
    for mode in ("L", "LA", "RGB", "RGBA"):
        images = [image.convert(mode) for image in drawings(3, alpha="A" in mode)]
        frames = opened(saved(images, "PNG", duration=100))
        assert next(iter(frames)).is_gray == mode.startswith("L")
        found = by_pillow(written(frames, ".png"), mode)
        assert all(np.array_equal(a, np.asarray(b)) for a, b in zip(found, images, strict=True))


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("suffix", [".webp", ".avif"])
def test_lossy_formats_are_close(suffix: str, alpha: bool) -> None:
    frames = opened(saved(drawings(alpha=alpha), "PNG", duration=[40, 80, 120, 30]))
    again = opened(written(frames, suffix))
    assert (again.count, again.times, again.is_transparent) == (4, frames.times, alpha)
    for found, given in zip(again, frames, strict=True):
        assert np.abs(found.on(0).pixels.astype(int) - given.on(0).pixels).mean() < 8


def test_how_often_it_plays_goes_from_format_to_format() -> None:
    images = drawings(2)
    for source, options, plays in (
        ("GIF", {}, 1),
        ("GIF", {"loop": 0}, 0),
        ("GIF", {"loop": 2}, 3),
        ("PNG", {"loop": 0}, 0),
        ("WEBP", {"loop": 5}, 5),
    ):
        frames = opened(saved(images, source, duration=50, **options))
        assert frames.plays == plays
        for suffix in (".gif", ".png", ".webp"):
            assert opened(written(frames, suffix)).plays == plays


def test_times_of_a_film_are_exact_in_png() -> None:
    frames = opened(saved(drawings(2), "PNG", duration=1000 / 24))
    assert frames.times == (Fraction(1, 24),) * 2
    assert opened(written(frames, ".png")).times == frames.times


def test_only_what_changes_is_written() -> None:
    rgb = RNG.integers(0, 256, (200, 300, 3), np.uint8)
    after = rgb.copy()
    after[5:9, 7:10] ^= 255
    frames = opened(saved([Image.fromarray(rgb), Image.fromarray(after)], "PNG", duration=50))
    for suffix in (".png", ".gif"):
        still = len(encode(Picture(rgb), suffix))
        assert len(written(frames, suffix)) < still + 3000


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp", ".avif"])
def test_frames_that_do_not_change_keep_their_time(suffix: str) -> None:
    same = [Image.new("RGB", (9, 7), (1, 2, 3))] * 2 + [Image.new("RGB", (9, 7), (250, 2, 3))]
    data = saved(drawings(3), "PNG", duration=[50, 60, 70])
    frames = opened(data)
    pictures = [Picture(np.asarray(image)) for image in same]
    stream = io.BytesIO()
    encode_frames(iter(pictures), frames, (7, 9), suffix, stream)
    again = opened(stream.getvalue())
    assert sum(again.times or ()) == Fraction(18, 100)


def test_profile_exif_and_orientation_are_kept() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "a maker"
    exif[ExifTags.Base.Orientation] = 6
    images = drawings()
    for format_name in ("PNG", "WEBP"):
        frames = opened(saved(images, format_name, duration=50, icc_profile=SRGB, exif=exif))
        assert frames.size == (30, 24)
        for suffix in (".png", ".webp", ".avif"):
            first = next(iter(opened(written(frames, suffix))))
            assert (first.size, first.icc) == ((30, 24), SRGB)
            assert first.exif is not None
            assert b"a maker" in first.exif


def test_a_frame_beyond_the_borders_of_a_gif_makes_all_of_it_larger() -> None:
    stream = io.BytesIO()
    writer = GifWriter(stream, (10, 8))
    for size, colour in (((10, 8), 100), ((16, 12), 200)):
        writer.write(Picture(np.full((*size, 3), colour, np.uint8)), Fraction(1))
    writer.finish()
    frames = opened(stream.getvalue())
    first, second = frames
    assert frames.size == first.size == second.size == (16, 12)
    assert first.alpha is not None
    assert np.count_nonzero(first.alpha) == 80
    assert (second.channels() == (200, 200, 200, 255)).all()


@pytest.mark.parametrize("suffix", ANIMATED)
def test_one_frame_at_a_time_is_in_memory(suffix: str) -> None:
    alive: list[weakref.ref] = []
    most = 0

    def pictures() -> Iterator[Picture]:
        nonlocal most
        for picture in opened(data):
            alive.append(weakref.ref(picture))
            gc.collect()
            most = max(most, sum(one() is not None for one in alive))
            yield picture
            del picture

    data = saved(drawings(12), "PNG", duration=50)
    encode_frames(pictures(), opened(data), (24, 30), suffix, io.BytesIO())
    assert len(alive) == 12
    assert most <= 4


@pytest.mark.parametrize("suffix", ANIMATED)
def test_an_animation_cut_short_is_damaged(suffix: str) -> None:
    images = [Image.fromarray(RNG.integers(0, 256, (24, 30, 3), np.uint8)) for _ in range(5)]
    data = saved(images, NAMES[suffix], duration=50)
    with pytest.raises(DamagedImageError, match="damaged or cut short"):
        cut = data[: len(data) * 6 // 10]
        list(frames_of(cut, "it") or [decode_first(cut, "it")])


def test_a_png_whose_animation_breaks_the_rules_is_its_still_picture() -> None:
    images = drawings()
    data = saved(images, "PNG", duration=50)
    place = data.index(b"fdAT") + 4
    wrong = data[:place] + bytes([0, 0, 0, 99]) + data[place + 4 :]  # not in sequence
    assert frames_of(wrong, "it") is None
    assert np.array_equal(decode_first(wrong, "it").pixels, np.asarray(images[0]))


def page_of(dtype: type, *shape: int) -> np.ndarray:
    return RNG.integers(0, np.iinfo(dtype).max + 1, shape, dtype)


def test_pages_keep_their_own_size_depth_and_channels() -> None:
    pages = [
        page_of(np.uint8, 20, 30, 3),
        page_of(np.uint16, 11, 9),
        page_of(np.uint16, 8, 7, 4),
        page_of(np.uint8, 5, 6),
    ]
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as file:
        for page in pages:
            colour = page.ndim == 3
            extra = ["unassalpha"] if colour and page.shape[2] == 4 else None
            file.write(page, photometric="rgb" if colour else "minisblack", extrasamples=extra)
    frames = opened(stream.getvalue())
    assert (frames.count, frames.size, frames.times, frames.suffix) == (4, (20, 30), None, ".tif")
    assert all(np.array_equal(a.channels(), b) for a, b in zip(frames, pages, strict=True))
    with tifffile.TiffFile(io.BytesIO(written(frames, ".tif"))) as file:
        assert len(file.pages) == 4
        for found, page in zip(file.pages, pages, strict=True):
            assert np.array_equal(found.asarray(), page)


def test_pages_keep_what_is_said_of_each() -> None:
    images = [Image.fromarray(page_of(np.uint8, 9, 8, 3)) for _ in range(3)]
    stream = io.BytesIO()
    images[0].save(
        stream, "TIFF", save_all=True, append_images=images[1:], icc_profile=SRGB,
        description="from the cellar of the house", dpi=(300, 300),
    )  # fmt: skip
    data = written(opened(stream.getvalue()), ".tif")
    with Image.open(io.BytesIO(data)) as file:
        for number in range(3):
            file.seek(number)
            assert file.tag_v2[0x010E] == "from the cellar of the house"
            assert file.info["dpi"] == (300, 300)
            assert file.info["icc_profile"] == SRGB


def test_smaller_copies_among_the_pages_are_no_pages() -> None:
    whole, small = page_of(np.uint8, 20, 30, 3), page_of(np.uint8, 10, 15, 3)
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as file:
        file.write(small, photometric="rgb", subfiletype=1)
        file.write(whole, photometric="rgb")
    assert frames_of(stream.getvalue(), "it") is None
    assert np.array_equal(decode(stream.getvalue(), "it").pixels, whole)


def test_the_picture_that_stands_in_for_an_animated_png_is_no_frame() -> None:
    images = drawings(3)
    data = saved(images, "PNG", duration=50, default_image=True)
    frames = opened(data)
    assert frames.count == 2
    for found, image in zip(frames, images[1:], strict=True):
        assert np.array_equal(found.pixels, np.asarray(image))


def test_a_file_of_one_picture_has_no_frames() -> None:
    for suffix in (".png", ".gif", ".tif", ".webp", ".jpg"):
        data = encode(Picture(page_of(np.uint8, 9, 8, 3)), suffix)
        assert frames_of(data, "it") is None
        assert suffix_of_frames(data) is None
    assert suffix_of_frames(saved(drawings(), "GIF")) == ".gif"
    assert suffix_of_frames(b"nothing") is None


def test_formats_that_do_not_hold_them_say_so() -> None:
    frames = opened(saved(drawings(), "GIF", duration=50))
    for suffix in (".jpg", ".bmp", ".tif"):
        with pytest.raises(ImageError, match="It holds 4 frames, and .* holds no animation; write"):
            check_frames(frames, (24, 30), suffix)
    stream = io.BytesIO()
    drawings()[0].save(stream, "TIFF", save_all=True, append_images=drawings()[1:])
    with pytest.raises(ImageError, match="It holds 4 pages, and PNG holds one picture or an anim"):
        check_frames(opened(stream.getvalue()), (24, 30), ".png")
