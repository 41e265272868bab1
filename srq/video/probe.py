"""A video file read once from end to end, and all that is then known of it."""

from dataclasses import replace
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
from srq.image.coding import Coding
from srq.video.layout import Layout
from srq.video.light import is_dynamic, light_of
from srq.video.source import Source, Tags, opened, reason_of

# The demuxers of these make up timestamps, or have none: frames are counted instead.
_UNTIMED = {"avi", "h264", "hevc", "obu", "m4v", "mpegvideo"}

_CENTRED = {"mjpeg", "mpeg1video"}
"""The codecs whose chroma lies between luma pixels."""

_INDEXED = {"mov", "matroska"}
"""The containers whose index and duration can be relied on to tell a file that is cut short."""

_SLACK = Fraction(3, 2)
"""Seconds by which a file may end before the duration that it states."""

_OTHER_KINDS = ("bayer", "xyz", "f16", "f32")
"""In the names of pixel formats that no layout is like."""


def probe(path: Path) -> Source:
    """Read all there is to know of the video in a file; this reads the whole file.

    Raises StorageError where it cannot be read, VideoError where there is no video in it that
    can be upscaled.
    """
    try:
        size = path.stat().st_size
        if size == 0:
            raise VideoError(f"Cannot read {path}: the file is empty.")
    except OSError as error:
        raise storage_error("read", path, error) from error
    digest = sha256_file(path)
    with opened(path) as container:
        stream = _video_stream(container, path)
        name = container.format.name
        scan = _Scan(stream.index, stream.codec_context.name)
        scan.all_of(container)
        codec = stream.codec_context.codec
        fault = scan.fault or _shortfall(container, stream, scan, size)
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        time_base = stream.time_base
        # VP8 and VP9 have alpha in a second stream beside the first, which decoders do not read.
        see_through = stream.metadata.get("alpha_mode") == "1"
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
        coding=Coding(
            format=codec.canonical_name,
            lossy=codec.lossy,
            bits_per_pixel=8 * scan.bytes / (len(times) * frame.height * frame.width),
        ),
        layout=replace(_layout_of(frame, path), centred=scan.codec in _CENTRED),
        tags=Tags(_colour(frame), aspect, _display_matrix(frame)),
        time_base=1 / rate if counted else time_base,
        rate=rate,
        times=times,
        last=1 if counted else scan.duration or max(1, round(1 / (rate * time_base))),
        counted=counted,
        starts=tuple(scan.starts),
        interlaced=frame.interlaced_frame,
        alpha=see_through or any(part.is_alpha for part in frame.format.components),
        light=light_of(_side_data(frame)),
        dynamic=is_dynamic(_side_data(frame)),
        fault=fault,
        sha256=digest,
    )


class _Scan:
    """All packets seen once: when they are shown, and what is wrong with them."""

    def __init__(self, stream: int, codec: str) -> None:
        self.stream, self.codec = stream, codec
        self.packets = self.bytes = 0
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
            self.fault = f"it cannot be read to its end: {reason_of(error)}"

    def _see(self, packet: Any) -> None:
        if packet.pts is not None:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self.end = max(self.end, end)
        if packet.stream_index != self.stream:
            return
        if packet.is_keyframe and packet.pts is not None:
            self.starts.append((packet.pts, self.packets))
        self.packets += 1
        self.bytes += packet.size
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


def _shortfall(container: Any, stream: Any, scan: _Scan, size: int) -> str | None:
    """What is missing of a file of ``size`` bytes, as the end of a sentence; None if nothing."""
    names = set(container.format.name.split(","))
    if "avi" in names and stream.frames > scan.packets:
        return f"it is cut short: {scan.packets} of {stream.frames} frames are there"
    if not names & _INDEXED:
        return None
    if any(entry.pos + entry.size > size for entry in stream.index_entries):
        return f"it is cut short: its index names frames beyond its {size} bytes"
    stated = Fraction(container.duration or 0, 1_000_000)
    if stated - scan.end > _SLACK:
        return f"it is cut short: {float(scan.end):.1f} of {float(stated):.1f} s are there"
    return None


def _first_frame(path: Path, index: int) -> av.VideoFrame:
    with opened(path) as container:
        try:
            frame = next(container.decode(container.streams[index]))
        except (av.error.FFmpegError, ValueError, StopIteration) as error:
            raise VideoError(f"Cannot read {path}: its first frame cannot be decoded.") from error
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
    return None if data is None else tuple(int(n) for n in np.frombuffer(bytes(data), "<i4"))


def _side_data(frame: av.VideoFrame) -> Any:
    """By FFmpeg's names. Iterating it gives values up to PyAV 18 and keys from 19 on."""
    return frame.side_data
