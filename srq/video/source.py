"""A video file: what is known of it before the work, and its frames from anywhere on.

No seeking is trusted: containers differ too much in it. To begin in the middle, packets are read
and dropped up to a keyframe, which costs next to nothing beside upscaling.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from srq.errors import VideoError
from srq.files import storage_error
from srq.image.coding import Coding
from srq.video.frame import as_layout
from srq.video.layout import Layout
from srq.video.light import Light

AS_BYTES: dict[str, Any] = (
    {} if int(av.__version__.split(".")[0]) >= 19 else {"metadata_errors": "surrogateescape"}
)
"""What ``av.open`` must be told so that metadata in another encoding than UTF-8 survives: nothing
from PyAV 19 on, which does so by itself and knows the argument no more."""


@dataclass(frozen=True)
class Tags:
    """How the code values stand for colours (FFmpeg's numbers), and how pixels are shown."""

    colour: tuple[int, int, int, int]
    """Range, matrix, primaries, transfer."""

    aspect: Fraction
    """Width over height of a pixel; 0 is unknown."""

    matrix: tuple[int, ...] | None
    """The display matrix: how a player turns the picture."""


@dataclass(frozen=True, eq=False)
class Source:
    """What is known of a video before the work.

    size:       height and width.
    pixels:     FFmpeg's name of the pixel format that the decoder gives.
    coding:     its codec, by FFmpeg's name, and its bits per pixel of a frame.
    layout:     what the frames are upscaled as; other pixels are converted to it, alpha is lost.
    time_base:  the unit, in seconds, of ``times``.
    times:      when each frame is shown, ascending, int64.
    last:       how long the last frame is shown, in the same unit.
    counted:    whether the container has no times, so that these are made from the rate.
    starts:     the packets that are keyframes: when shown, and which packet it is.
    interlaced: whether its first frame is marked as two fields.
    alpha:      whether it has transparency, which results do not.
    light:      what it states of HDR10, None if nothing.
    dynamic:    whether it states the light of single scenes (HDR10+, Dolby Vision), which results
                do not.
    fault:      how the file is damaged, as the end of a sentence; None if it is sound.
    sha256:     of the file.
    """

    path: Path
    stream: int
    size: tuple[int, int]
    pixels: str
    coding: Coding
    layout: Layout
    tags: Tags
    time_base: Fraction
    rate: Fraction
    times: NDArray[np.int64]
    last: int
    counted: bool
    starts: tuple[tuple[int, int], ...]
    interlaced: bool
    alpha: bool
    light: Light | None
    dynamic: bool
    fault: str | None
    sha256: str

    @property
    def seconds(self) -> float:
        """How long the video lasts."""
        return float((int(self.times[-1]) - int(self.times[0]) + self.last) * self.time_base)

    def duration_at(self, time: int) -> int:
        """How long the frame that is shown at ``time`` is shown."""
        number = int(np.searchsorted(self.times, time))
        if number + 1 < len(self.times):
            return int(self.times[number + 1] - self.times[number])
        return self.last

    def frames(self, first: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """The frames from number ``first`` on, each with its number, in order of showing.

        All are of the layout. Raises VideoError where one is missing, damaged or of another
        size: those before it have come then.
        """
        for number, frame in self.decoded(first):
            yield number, as_layout(frame, self.layout)

    def decoded(self, first: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """The same, as the decoder gives them."""
        begin = 0 if self.counted else self._packet_before(first)
        begun = False
        try:
            for numbered in self._frames(first, begin):
                begun = True
                yield numbered
            return
        except VideoError:
            if begun or begin == 0:
                raise
        # Not every keyframe is one to begin at. The first is.
        yield from self._frames(first, 0)

    def _frames(self, first: int, begin: int) -> Iterator[tuple[int, av.VideoFrame]]:
        number = first
        for number_or_time, frame in self._demuxed(begin):
            expected = number if self.counted else int(self.times[number])
            if number_or_time < expected:
                continue  # From before ``first``: what the decoder needs to get there.
            if number_or_time != expected or frame.is_corrupt:
                raise self._error(number, "the frame is damaged")
            self._check(number, frame)
            yield number, frame
            number += 1
            if number == len(self.times):
                break
        if number < len(self.times) and not self.counted:
            raise self._error(number, "the frame is missing")

    def _demuxed(self, begin: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """Frames by their time or count, from the packet ``begin`` on."""
        count = 0
        with opened(self.path) as container:
            stream = container.streams[self.stream]
            stream.thread_type = "AUTO"
            # Else most decoders paint over what is damaged, and do not tell.
            stream.codec_context.options = {"err_detect": "crccheck+explode"}
            try:
                for number, packet in enumerate(container.demux(stream)):
                    if number < begin:
                        continue
                    for frame in packet.decode():
                        if self.counted:
                            yield count, frame
                            count += 1
                        elif frame.pts is not None:
                            yield frame.pts, frame
            except (av.error.FFmpegError, ValueError) as error:
                raise VideoError(
                    f"Cannot decode {self.path} any further: {reason_of(error)}"
                ) from error

    def _packet_before(self, first: int) -> int:
        """The packet to decode from: one keyframe more than needed.

        From a keyframe that is none to all (as in an intra refresh), the frames are right one
        later.
        """
        before = [packet for time, packet in self.starts if time <= int(self.times[first])]
        return before[-2] if len(before) > 1 else 0

    def _check(self, number: int, frame: av.VideoFrame) -> None:
        if (frame.height, frame.width) != self.size:
            raise self._error(
                number,
                f"frames are {frame.width} x {frame.height} from there on, and"
                f" {self.size[1]} x {self.size[0]} before; cut the video in two there",
            )
        if frame.format.name != self.pixels:
            raise self._error(
                number,
                f"pixels are {frame.format.name} from there on, and {self.pixels} before; cut the"
                " video in two there",
            )

    def _error(self, number: int, what: str) -> VideoError:
        seconds = float((int(self.times[number]) - int(self.times[0])) * self.time_base)
        return VideoError(
            f"Cannot use {self.path} beyond frame {number}, at {seconds:.3f} s: {what}"
        )


@contextmanager
def opened(path: Path) -> Generator[Any]:
    """PyAV's container of a file; its errors as StorageError and VideoError."""
    try:
        container = av.open(f"file:{path}", **AS_BYTES)
    except (av.error.FFmpegError, ValueError) as error:
        if isinstance(error, OSError):
            raise storage_error("read", path, error) from error
        raise VideoError(
            f"Cannot read {path}: it is no video, or it is damaged or cut short."
        ) from error
    with container:
        yield container


def reason_of(error: Exception) -> str:
    """What FFmpeg says of an error."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
