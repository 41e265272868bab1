"""Several pictures in one file, one at a time: the frames of an animation, the pages of a TIFF."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from PIL import Image, ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from srq.image.channels import channels8, picture_of
from srq.image.coding import Coding, coding_of
from srq.image.decode import decode_page, exif_of, open_image, picture_numbers, refusing
from srq.image.depth import to_depth
from srq.image.exif import upright
from srq.image.picture import Picture

_FINEST = 65535  # The greatest denominator of a time in an animated PNG.

_SUFFIXES = {"GIF": ".gif", "PNG": ".png", "WEBP": ".webp", "AVIF": ".avif", "TIFF": ".tif"}


@dataclass(frozen=True, eq=False)
class Frames:
    """The pictures of a file that holds several; iterating reads them, anew each time.

    Frames of an animation are whole, whatever parts of them the file holds, of 8 bits, and all
    of one size and kind; pages may differ in everything. Iterating raises as ``decode`` does.

    count:     how many there are, at least two.
    size:      height and width of the first.
    suffix:    of the format that the file has.
    times:     how many seconds each frame is shown; None for pages.
    plays:     how often the animation is shown, 0 for ever.
    is_transparent: whether alpha is anywhere less than full; False for pages.
    coding:    how the file holds its frames; None for pages, which differ.
    """

    count: int
    size: tuple[int, int]
    suffix: str
    times: tuple[Fraction, ...] | None
    plays: int
    is_transparent: bool
    coding: Coding | None
    read: Callable[[], Iterator[Picture]]

    def __iter__(self) -> Iterator[Picture]:
        """The pictures, in order."""
        return self.read()


def frames_of(data: bytes, name: str) -> Frames | None:
    """The pictures in the bytes of a file; None where it holds one, as ``decode_first`` reads it.

    A PNG whose animation breaks its rules counts as its still picture, as the standard has it.
    An animation is read once to see how long each frame is shown and whether any is transparent.
    Raises as ``decode`` does.
    """
    with refusing(data, name):
        numbers = picture_numbers(data)
        if len(numbers) < 2:
            return None
        image = open_image(data)
        if isinstance(image, TiffImageFile):
            size = decode_page(data, numbers[0]).size
            return Frames(
                len(numbers), size, ".tif", None, 1, False, None,
                lambda: _pages(data, name, numbers),
            )  # fmt: skip
        try:
            return _animation(data, name, image, numbers)
        except (EOFError, SyntaxError):
            if image.format != "PNG":
                raise
            return None


def suffix_of_frames(data: bytes) -> str | None:
    """The suffix of the file's own format where it holds several pictures, else None."""
    try:
        with refusing(data, "it"):
            several = len(picture_numbers(data)) > 1
            return _SUFFIXES[open_image(data).format or ""] if several else None
    except Exception:
        return None  # Reading it will say what is wrong.


def _pages(data: bytes, name: str, numbers: list[int]) -> Iterator[Picture]:
    for number in numbers:
        with refusing(data, name):
            page = decode_page(data, number)
        yield page


def _animation(data: bytes, name: str, image: ImageFile.ImageFile, numbers: list[int]) -> Frames:
    times, transparent, gray, height, width = [], False, True, image.height, image.width
    for number in numbers:
        image.seek(number)
        image.load()
        milliseconds = Fraction(image.info.get("duration") or 0)
        times.append((milliseconds / 1000).limit_denominator(_FINEST))
        if (image.height, image.width) != (height, width):
            # A GIF's frame beyond its borders makes it larger, and leaves clear what was not there.
            height, width = max(height, image.height), max(width, image.width)
            transparent = True
        gray = gray and image.mode in ("1", "L", "LA", "I;16")
        if not transparent and image.has_transparency_data:
            lowest = image.convert("RGBA").getchannel("A").getextrema()[0]
            transparent = isinstance(lowest, int | float) and lowest < 255
    mode = ("L" if gray else "RGB") + ("A" if transparent else "")
    coding = coding_of(image, data)
    icc, (exif, orientation) = image.info.get("icc_profile"), upright(exif_of(image))

    def read() -> Iterator[Picture]:
        again = None
        for number in numbers:
            with refusing(data, name):
                again = again or open_image(data)
                again.seek(number)
                again.load()
                channels, _ = channels8(_eight_bits(again), mode)
                if channels.shape[:2] != (height, width):
                    beyond = (0, height - again.height), (0, width - again.width), (0, 0)
                    channels = np.pad(channels, beyond)
                picture = picture_of(channels, transparent, icc, exif, orientation)
            yield replace(picture, coding=coding)

    turned = orientation in (5, 6, 7, 8)
    size = (width, height) if turned else (height, width)
    suffix = _SUFFIXES[image.format or ""]
    plays = _plays(image)
    return Frames(len(numbers), size, suffix, tuple(times), plays, transparent, coding, read)


def _eight_bits(image: Image.Image) -> Image.Image:
    if not image.mode.startswith("I;16"):
        return image
    return Image.fromarray(to_depth(np.asarray(image).astype(np.uint16), np.uint8))


def _plays(image: ImageFile.ImageFile) -> int:
    if image.format != "GIF":
        return int(image.info.get("loop", 0))
    if "loop" not in image.info:
        return 1
    repeats = int(image.info["loop"])
    return repeats + 1 if repeats else 0
