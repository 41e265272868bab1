"""YUV4MPEG2, the raw video of pipes: its header, and frames read and written one by one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from srq.errors import VideoError
from srq.video.layout import Layout

_MAGIC = b"YUV4MPEG2"
_LONGEST_LINE = 4096
_COLOUR = re.compile(r"(mono|4[0-4]{2})(?:p?(9|10|12|14|16))?")
_PLAIN_420 = {"420jpeg": True, "420": True, "420mpeg2": False, "420paldv": False}
"""The kinds of 8-bit 4:2:0, and whether chroma is centred; "420" is that of JPEG by its makers."""


@dataclass(frozen=True)
class Header:
    """The first line: the size and layout of the frames, and all other fields as they came.

    fields: each with its letter, but for width, height and colour space.
    colour: the colour space as it was written, None where there was none.
    """

    width: int
    height: int
    layout: Layout
    fields: tuple[str, ...]
    colour: str | None

    def line(self, height: int, width: int) -> bytes:
        """The header of the same video at another size."""
        parts = [f"W{width}", f"H{height}", *self.fields]
        if self.colour is not None:
            parts.append(f"C{self.colour}")
        return b" ".join([_MAGIC, *(part.encode("ascii", "surrogateescape") for part in parts)])


def read_header(stream: BinaryIO, name: str) -> Header:
    """The header at the start of ``stream``; VideoError, calling it ``name``, if it is none."""
    line = _line(stream, name, "header")
    if line is None:
        raise VideoError(
            f"{name} is empty; pipe raw video in, such as that of ffmpeg -f yuv4mpegpipe."
        )
    words = line.split()
    if not words or words[0] != _MAGIC:
        raise VideoError(f"{name} is no y4m video; make it one with ffmpeg -f yuv4mpegpipe.")
    given = {word[:1]: word[1:] for word in words[1:]}
    try:
        width, height = int(given[b"W"]), int(given[b"H"])
    except (KeyError, ValueError):
        width = height = 0
    if min(width, height) < 1:
        raise VideoError(f"{name} does not say the size of its frames; it is damaged.")
    if given.get(b"I", b"p") not in (b"p", b"?"):
        raise VideoError(f"{name} is interlaced; deinterlace it first, as ffmpeg's bwdif does.")
    colour = given[b"C"].decode("ascii", "replace") if b"C" in given else None
    kept = [word for word in words[1:] if word[:1] not in (b"W", b"H", b"C")]
    fields = tuple(word.decode("ascii", "surrogateescape") for word in kept)
    return Header(width, height, _layout(colour, name), fields, colour)


def read_frames(stream: BinaryIO, header: Header, name: str) -> Iterator[list[NDArray[Any]]]:
    """The planes of each frame; VideoError where the stream is cut short or is no y4m."""
    shapes = header.layout.shapes(header.height, header.width)
    dtype = np.dtype(header.layout.dtype).newbyteorder("<")
    number = 0
    while (line := _line(stream, name, f"frame {number}")) is not None:
        if line.split(b" ")[0] != b"FRAME":
            raise VideoError(
                f"Frame {number} of {name} does not begin as one; it is damaged there."
            )
        planes = []
        for shape in shapes:
            wanted = shape[0] * shape[1] * dtype.itemsize
            data = stream.read(wanted)
            if len(data) < wanted:
                raise VideoError(
                    f"{name} ends within frame {number}; the {number} before it are upscaled."
                )
            planes.append(np.frombuffer(data, dtype).reshape(shape))
        yield [plane.astype(header.layout.dtype, copy=False) for plane in planes]
        number += 1


def write_frame(stream: BinaryIO, planes: list[NDArray[Any]]) -> None:
    """Append one frame."""
    stream.write(b"FRAME\n")
    for plane in planes:
        little = plane.astype(plane.dtype.newbyteorder("<"), copy=False)
        stream.write(np.ascontiguousarray(little).data)


def _line(stream: BinaryIO, name: str, what: str) -> bytes | None:
    line = stream.readline(_LONGEST_LINE)
    if not line:
        return None
    if not line.endswith(b"\n"):
        raise VideoError(f"{name} ends, or is damaged, within the line of its {what}.")
    return line[:-1]


def _layout(colour: str | None, name: str) -> Layout:
    if colour is None or colour in _PLAIN_420:
        return Layout(8, "420", centred=_PLAIN_420.get(colour or "420", True))
    found = _COLOUR.fullmatch(colour)
    layout = None
    if found is not None:
        deep = found[2] or ""
        gray = found[1] == "mono"
        layout = Layout.named(f"gray{deep}" if gray else f"yuv{found[1]}p{deep}")
    if layout is None:
        raise VideoError(
            f"The colour space {colour} of {name} is unknown; convert it, to yuv420p with ffmpeg's"
            " -pix_fmt."
        )
    return layout
