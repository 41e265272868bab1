"""Several pictures -> the bytes of one file, one at a time: animations, and the pages of a TIFF."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from srq.errors import ImageError
from srq.image.apng import ApngWriter
from srq.image.encode import EXIF_PREFIX, Format, check_target, fitted
from srq.image.frames import Frames
from srq.image.gif import GifWriter
from srq.image.picture import Picture
from srq.image.tiff import TiffWriter

_WEBP_FLAGS, _WEBP_ALPHA = 20, 0x10

_Write = Callable[[Iterator[Picture], Frames, tuple[int, int], BinaryIO, int], None]


def encode_frames(
    pictures: Iterator[Picture],
    like: Frames,
    size: tuple[int, int],
    suffix: str,
    stream: BinaryIO,
    *,
    quality: int = 95,
) -> None:
    """Write to ``stream`` the file of as many ``pictures`` as ``like`` has, with its times.

    ``size``: height and width of the first, and so of all frames. The stream must be a file.
    One picture is kept at a time; WebP and AVIF keep all of them encoded. Raises as ``encode``
    does, and ImageError where the format cannot hold such frames or pages.
    """
    target = check_frames(like, size, suffix, quality=quality)
    ready = (fitted(picture, target) for picture in pictures)
    try:
        _WRITERS[target.name](ready, like, size, stream, quality)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ImageError(f"Cannot write the frames as {target.name}: {error}.") from error


def check_frames(
    frames: Frames, size: tuple[int, int], suffix: str, *, quality: int = 95
) -> Format:
    """The format of ``suffix``, if it holds such frames or pages, the first of that size.

    Raises ImageError as ``encode_frames`` does, so that long work need not be done before it.
    """
    target = check_target(suffix, size, transparent=frames.is_transparent, quality=quality)
    pages = frames.times is None
    if pages and target.name != "TIFF":
        raise ImageError(
            f"It holds {frames.count} pages, and {target.name} holds one picture or an animation;"
            " write TIFF."
        )
    if not pages and (target.name == "TIFF" or target.name not in _WRITERS):
        raise ImageError(
            f"It holds {frames.count} frames, and {target.name} holds no animation; write PNG,"
            " GIF, WebP or AVIF."
        )
    return target


def _apng(
    pictures: Iterator[Picture], like: Frames, size: tuple[int, int], stream: BinaryIO, _: int
) -> None:
    target = check_target(".png", size)
    writer = ApngWriter(stream, like.count, like.plays, lambda one: target.encode(one, 95, False))
    for picture, time, place in _changing(pictures, like):
        writer.write(picture, time, place)
    writer.finish()


def _gif(
    pictures: Iterator[Picture], like: Frames, size: tuple[int, int], stream: BinaryIO, _: int
) -> None:
    writer = GifWriter(stream, size, like.plays, clears=like.is_transparent)
    if like.is_transparent:
        for picture, time in zip(pictures, like.times or (), strict=True):
            writer.write(picture, time)
    else:
        for picture, time, place in _changing(pictures, like):
            writer.write(picture, time, place)
    writer.finish()


def _changing(
    pictures: Iterator[Picture], like: Frames
) -> Iterator[tuple[Picture, Fraction, tuple[int, int]]]:
    """The part of each picture that differs from the one before, its time and its place."""
    before = None
    for picture, time in zip(pictures, like.times or (), strict=True):
        channels = np.atleast_3d(picture.channels())
        top, bottom, left, right = 0, channels.shape[0], 0, channels.shape[1]
        if before is not None:
            changed = (channels != before).any(axis=2)
            rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
            # A frame has at least a pixel, though nothing changes.
            top, bottom = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 1)
            left, right = (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, 1)
        part = np.s_[top:bottom, left:right]
        alpha = None if picture.alpha is None else picture.alpha[part]
        yield replace(picture, pixels=picture.pixels[part], alpha=alpha), time, (top, left)
        before = channels


def _webp(
    pictures: Iterator[Picture],
    like: Frames,
    _: tuple[int, int],
    stream: BinaryIO,
    quality: int,
) -> None:
    options = {"quality": quality, "loop": like.plays, "background": (0, 0, 0, 0)}
    made = io.BytesIO()
    _by_pillow(pictures, like, made, "WEBP", **options)
    file = made.getbuffer()
    if like.is_transparent and file[12:16] == b"VP8X":
        # libwebp says that there is alpha only where a part that it has cut out has some, though
        # what lies around such parts is clear.
        file[_WEBP_FLAGS] |= _WEBP_ALPHA
    stream.write(file)


def _avif(
    pictures: Iterator[Picture],
    like: Frames,
    _: tuple[int, int],
    stream: BinaryIO,
    quality: int,
) -> None:
    _by_pillow(pictures, like, stream, "AVIF", quality=quality, subsampling="4:4:4")


def _by_pillow(
    pictures: Iterator[Picture], like: Frames, stream: BinaryIO, format_name: str, **options: Any
) -> None:
    first = next(pictures)
    if first.icc is not None:
        options["icc_profile"] = first.icc
    if first.exif is not None:
        options["exif"] = EXIF_PREFIX + first.exif
    options["duration"] = [round(time * 1000) for time in like.times or ()]
    made = _Unrolling(chain([first], pictures), like.count)
    made.save(stream, format_name, save_all=True, **options)


class _Unrolling(Image.Image):
    """What Pillow takes for an opened animation: it makes each frame as it is sought."""

    is_animated = True

    def __init__(self, pictures: Iterator[Picture], count: int) -> None:
        super().__init__()
        self.n_frames = count
        self._pictures = pictures
        self._frame = -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Make the frame after the last one; Pillow goes back only when it has them all."""
        if frame >= self.n_frames:
            raise EOFError("no more frames")
        while self._frame < frame:
            made = Image.fromarray(next(self._pictures).channels())
            # Pillow's encoders scan all frames if these are gray, to see if all are.
            made = made.convert({"L": "RGB", "LA": "RGBA"}.get(made.mode, made.mode))
            self.im, self._mode, self._size = made.im, made.mode, made.size
            self._frame += 1

    def tell(self) -> int:
        """The number of the frame at hand."""
        return self._frame


def _tiff(
    pictures: Iterator[Picture], like: Frames, size: tuple[int, int], stream: BinaryIO, _: int
) -> None:
    writer = None
    for picture in pictures:
        channels = np.atleast_3d(picture.channels())
        notes = picture.icc, picture.exif, picture.xmp
        kind = (picture.size, channels.shape[2], 8 * channels.itemsize, *notes)
        if writer is None:
            writer = TiffWriter(stream, *kind)
        else:
            writer.next_page(*kind)
        writer.write(channels)
    if writer is not None:
        writer.finish()


_WRITERS: dict[str, _Write] = {
    "PNG": _apng,
    "GIF": _gif,
    "WebP": _webp,
    "AVIF": _avif,
    "TIFF": _tiff,
}
