"""A video file: what is known of it before the work, and its frames from anywhere on.

No seeking is trusted: containers differ too much in it. To begin in the middle, packets are read
and dropped up to a keyframe, which costs next to nothing beside upscaling.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray

from srq.errors import VideoError
from srq.files import sha256_file, storage_error
from srq.video.layout import Layout

# The demuxers of these make up timestamps, or have none: frames are counted instead.
_UNTIMED = {"avi", "h264", "hevc", "obu", "m4v", "mpegvideo", "ivf"}

_CENTRED = {"mjpeg", "mpeg1video"}
"""The codecs whose chroma lies between luma pixels."""

_SLACK = Fraction(3, 2)
"""Seconds by which a file may end before the duration that it states."""

_OTHER_KINDS = ("bayer", "xyz", "f16", "f32")
"""In the names of pixel formats that no layout is like."""


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
    layout:     what the frames are upscaled as; other pixels are converted to it, alpha is lost.
    time_base:  the unit, in seconds, of ``times``.
    times:      when each frame is shown, ascending, int64.
    last:       how long the last frame is shown, in the same unit.
    counted:    whether the container has no times, so that these are made from the rate.
    starts:     the packets that are keyframes: when shown, and which packet it is.
    hdr:        whether it states the light of its display (HDR10), which results do not.
    fault:      how the file is damaged, as the end of a sentence; None if it is sound.
    sha256:     of the file.
    """

    path: Path
    stream: int
    size: tuple[int, int]
    pixels: str
    layout: Layout
    tags: Tags
    time_base: Fraction
    rate: Fraction
    times: NDArray[np.int64]
    last: int
    counted: bool
    starts: tuple[tuple[int, int], ...]
    hdr: bool
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
        number = first
        for number_or_time, frame in self._decoded(first):
            expected = number if self.counted else int(self.times[number])
            if number_or_time < expected:
                continue  # From before ``first``: what the decoder needs to get there.
            if number_or_time != expected or frame.is_corrupt:
                raise self._error(number, "the frame is damaged")
            yield number, self._checked(number, frame)
            number += 1
            if number == len(self.times):
                break
        if number < len(self.times) and not self.counted:
            raise self._error(number, "the frame is missing")

    def _decoded(self, first: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """Frames from at least one keyframe before ``first``, by their time or count."""
        begin, count = (0, 0) if self.counted else (self._packet_before(first), 0)
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
                    f"Cannot decode {self.path} any further: {_reason(error)}"
                ) from error

    def _packet_before(self, first: int) -> int:
        """The packet to decode from: one keyframe more than needed.

        From a keyframe that is none to all (as in an intra refresh), the frames are right one
        later.
        """
        before = [packet for time, packet in self.starts if time <= int(self.times[first])]
        return before[-2] if len(before) > 1 else 0

    def _checked(self, number: int, frame: av.VideoFrame) -> av.VideoFrame:
        if (frame.height, frame.width) != self.size:
            raise self._error(
                number,
                f"frames are {frame.width} x {frame.height} from there on, and"
                f" {self.size[1]} x {self.size[0]} before; cut the video in two there",
            )
        if frame.format.name == self.pixels:
            return as_layout(frame, self.layout)
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


def open_source(path: Path) -> Source:
    """Read all there is to know of the video in a file; this reads the whole file.

    Raises StorageError where it cannot be read, VideoError where there is no video in it that
    can be upscaled.
    """
    try:
        if path.stat().st_size == 0:
            raise VideoError(f"Cannot read {path}: the file is empty.")
    except OSError as error:
        raise storage_error("read", path, error) from error
    digest = sha256_file(path)
    with opened(path) as container:
        stream = _video_stream(container, path)
        name = container.format.name
        scan = _Scan(stream.index, stream.codec_context.name)
        scan.all_of(container)
        fault = scan.fault or _shortfall(container, stream, scan)
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        time_base = stream.time_base
        aspect = stream.sample_aspect_ratio or Fraction(0)
    counted = bool(_UNTIMED & set(name.split(","))) or not scan.is_timed
    times = np.arange(scan.packets) if counted else scan.shown()
    if not len(times):
        raise VideoError(f"Cannot read {path}: there is no whole frame in it.")
    frame = _first_frame(path, scan.stream)
    return Source(
        path=path,
        stream=scan.stream,
        size=(frame.height, frame.width),
        pixels=frame.format.name,
        layout=replace(_layout_of(frame, path), centred=scan.codec in _CENTRED),
        tags=Tags(_colour(frame), aspect, _display_matrix(frame)),
        time_base=1 / rate if counted else time_base,
        rate=rate,
        times=times,
        last=1 if counted else scan.duration or max(1, round(1 / (rate * time_base))),
        counted=counted,
        starts=tuple(scan.starts),
        hdr="MASTERING_DISPLAY_METADATA" in _side_data(frame),
        fault=fault,
        sha256=digest,
    )


@contextmanager
def opened(path: Path) -> Generator[Any]:
    """PyAV's container of a file; its errors as StorageError and VideoError."""
    try:
        container = av.open(f"file:{path}", metadata_errors="surrogateescape")
    except (av.error.FFmpegError, ValueError) as error:
        if isinstance(error, OSError):
            raise storage_error("read", path, error) from error
        raise VideoError(
            f"Cannot read {path}: it is no video, or it is damaged or cut short."
        ) from error
    with container:
        yield container


def as_layout(frame: av.VideoFrame, layout: Layout) -> av.VideoFrame:
    """``frame`` with planes of that layout, converted where they are not."""
    found = Layout.named(frame.format.name)
    if found is not None and found.name == layout.name:
        return frame
    return frame.reformat(format=layout.name)


def planes_of(frame: av.VideoFrame, layout: Layout) -> list[NDArray[Any]]:
    """The planes of a frame of ``layout``, as views of it."""
    planes = []
    shapes = layout.shapes(frame.height, frame.width)
    given: list[Any] = list(frame.planes)
    for plane, (height, width) in zip(given, shapes, strict=True):
        rows = np.frombuffer(plane, np.uint8).reshape(-1, abs(plane.line_size))
        rows = rows.view(layout.dtype)[:height, :width]
        planes.append(rows[::-1] if plane.line_size < 0 else rows)
    return planes


def frame_of(planes: list[NDArray[Any]], layout: Layout) -> av.VideoFrame:
    """A new frame with these planes."""
    height, width = planes[0].shape
    frame = av.VideoFrame(width, height, layout.name)
    for room, plane in zip(planes_of(frame, layout), planes, strict=True):
        room[...] = plane
    return frame


class _Scan:
    """All packets seen once: when they are shown, and what is wrong with them."""

    def __init__(self, stream: int, codec: str) -> None:
        self.stream, self.codec = stream, codec
        self.packets = 0
        self.starts: list[tuple[int, int]] = []
        self.duration = 0
        self.end = Fraction(0)
        self.fault: str | None = None
        self._times: list[int | None] = []

    def all_of(self, container: Any) -> None:
        try:
            for packet in container.demux():
                if packet.size:
                    self._see(packet)
        except (av.error.FFmpegError, ValueError) as error:
            self.fault = f"it cannot be read to its end: {_reason(error)}"

    def _see(self, packet: Any) -> None:
        if packet.pts is not None:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self.end = max(self.end, end)
        if packet.stream_index != self.stream:
            return
        if packet.is_keyframe and packet.pts is not None:
            self.starts.append((packet.pts, self.packets))
        self.packets += 1
        # A VP8 frame says in a bit of its first byte whether it is shown.
        if packet.is_discard or (self.codec == "vp8" and not bytes(packet)[0] & 0x10):
            return
        self._times.append(packet.pts)
        self.duration = packet.duration or self.duration

    @property
    def is_timed(self) -> bool:
        return None not in self._times and len(set(self._times)) == len(self._times)

    def shown(self) -> NDArray[np.int64]:
        # What is shown before the first keyframe cannot be decoded.
        first = min((time for time, _ in self.starts), default=0)
        return np.array(sorted(t for t in self._times if t is not None and t >= first), np.int64)


def _video_stream(container: Any, path: Path) -> Any:
    for stream in container.streams.video:
        if stream.disposition & Disposition.attached_pic:
            continue
        if stream.codec_context is None:
            raise VideoError(f"Cannot read {path}: FFmpeg has no decoder for its video.")
        return stream
    raise VideoError(f"Cannot read {path}: there is no video in it.")


def _shortfall(container: Any, stream: Any, scan: _Scan) -> str | None:
    if stream.frames > scan.packets:
        return f"it is cut short: {scan.packets} of {stream.frames} frames are there"
    if not container.duration or "mpegts" in container.format.name:
        return None
    stated = Fraction(container.duration + max(container.start_time or 0, 0), 1_000_000)
    if stated - scan.end > _SLACK:
        return f"it is cut short: {float(scan.end):.1f} of {float(stated):.1f} s are there"
    return None


def _first_frame(path: Path, index: int) -> av.VideoFrame:
    with opened(path) as container:
        try:
            frame = next(container.decode(container.streams[index]))
        except (av.error.FFmpegError, ValueError, StopIteration) as error:
            raise VideoError(f"Cannot read {path}: its first frame cannot be decoded.") from error
    if frame.interlaced_frame:
        raise VideoError(
            f"{path} is interlaced, and upscaling would blend two moments; deinterlace it first,"
            " as ffmpeg's bwdif does."
        )
    return frame


def _layout_of(frame: av.VideoFrame, path: Path) -> Layout:
    """The frame's layout, or the one that loses least of pixels which are packed otherwise."""
    name = frame.format.name
    found = Layout.named(name)
    if found is not None:
        return found
    kinds = frame.format.components
    luma = [c for c in kinds if not c.is_alpha]
    bits = max((c.bits for c in luma), default=0)
    if frame.format.is_rgb or name == "pal8":
        wanted = "444"
    elif len(luma) == 1:
        wanted = None
    else:
        steps = (
            round(frame.width / luma[1].width) if luma else 0,
            round(frame.height / luma[1].height) if luma else 0,
        )
        wanted = {(1, 1): "444", (2, 1): "422", (2, 2): "420", (1, 2): "440"}.get(steps, "")
    if wanted == "" or not 8 <= max(bits, 8) <= 16 or any(word in name for word in _OTHER_KINDS):
        raise VideoError(
            f"Cannot upscale {path}: its pixels are {name}; convert it first, to yuv420p or"
            " yuv444p16le."
        )
    return Layout(next(b for b in (8, 9, 10, 12, 14, 16) if b >= bits), wanted)


def _colour(frame: av.VideoFrame) -> tuple[int, int, int, int]:
    return (
        int(frame.color_range),
        int(frame.colorspace),
        int(frame.color_primaries),
        int(frame.color_trc),
    )


def _display_matrix(frame: av.VideoFrame) -> tuple[int, ...] | None:
    data = _side_data(frame).get("DISPLAYMATRIX")
    return None if data is None else tuple(int(n) for n in np.frombuffer(data, "<i4"))


def _side_data(frame: av.VideoFrame) -> dict[str, bytes]:
    kinds: Any = list(frame.side_data)
    return {data.type.name: bytes(data) for data in kinds}


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
