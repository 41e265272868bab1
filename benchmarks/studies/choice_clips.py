"""Clips made of photographs, coded by many codecs: the part of ``benchmarks.studies.choice`` on
videos.

A window wanders over a photograph, so that at half the size frames move by halves of pixels as
well; a third of the clips has noise, a fifth stands still.
"""

import io
import os
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from srq.image.colour import luma, rgb_to_ycbcr
from srq.image.resize import bicubic
from srq.priority import ordinary_priority

FRAMES = 10
WINDOW = (256, 384)
NOISE = 2.5

Planes = list[NDArray[np.uint8]]

CODECS: dict[str, tuple[str, list[dict[str, str]]]] = {
    "h264": (
        "libx264",
        [{"crf": str(q), "threads": "1"} for q in (12, 15, 18, 21, 24, 27, 30, 34)],
    ),
    "hevc": (
        "libx265",
        [
            {"crf": str(q), "preset": "fast", "x265-params": "log-level=none"}
            for q in (10, 14, 18, 22, 26, 30, 34)
        ],
    ),
    "av1": ("libsvtav1", [{"crf": str(q), "preset": "9"} for q in (10, 20, 28, 35, 45, 55)]),
    "vp9": (
        "libvpx-vp9",
        [
            {"crf": str(q), "b": "0", "deadline": "realtime", "cpu-used": "6"}
            for q in (10, 20, 30, 40, 50)
        ],
    ),
    "vp8": (
        "libvpx",
        [
            {"q": str(q), "b": "20M", "deadline": "good", "cpu-used": "4"}
            for q in (4, 10, 20, 30, 40, 55)
        ],
    ),
    "mpeg4": ("mpeg4", [{"q": str(q)} for q in (2, 3, 5, 8, 12)]),
    "mpeg2video": ("mpeg2video", [{"q": str(q)} for q in (2, 3, 5, 8, 12)]),
    "mjpeg": ("mjpeg", [{"q": str(q)} for q in (2, 3, 5, 8, 12)]),
}
"""By FFmpeg's name: the encoder and its settings; ``q`` is a fixed quantizer."""


def windows(photograph: NDArray[np.uint8], number: int) -> list[NDArray[np.uint8]]:
    """The frames, RGB of the size WINDOW, of the clip of that number."""
    rng = np.random.default_rng(number)
    if photograph.shape[0] > photograph.shape[1]:
        photograph = photograph.transpose(1, 0, 2)
    room = np.array(photograph.shape[:2]) - WINDOW
    place = (rng.random(2) * (room + 1)).astype(int)
    speed = rng.integers(-4, 5, 2)
    frames = []
    for _ in range(FRAMES):
        (y, x), (height, width) = place, WINDOW
        frame = photograph[y : y + height, x : x + width]
        if number % 3 == 2:
            frame = np.clip(np.rint(frame + rng.normal(0, NOISE, frame.shape)), 0, 255)
        frames.append(np.ascontiguousarray(frame, np.uint8))
        if number % 5 != 4:
            speed = speed + rng.integers(-1, 2, 2)
            speed = np.where((place + speed < 0) | (place + speed > room), -speed, speed)
            place = np.clip(place + speed, 0, room)
    return frames


def planes_of(rgb: NDArray[np.uint8]) -> Planes:
    """Studio luma and both chromas, the latter at half the size."""
    colours = bicubic(rgb_to_ycbcr(rgb)[..., 1:], scale=0.5)
    return [luma(rgb), *np.clip(np.rint(colours), 0, 255).astype(np.uint8).transpose(2, 0, 1)]


def coded(frames: list[Planes], encoder: str, settings: Mapping[str, str]) -> tuple[float, Planes]:
    """Bits per pixel of the coded clip, and the luma of its frames."""
    os.environ.setdefault("SVT_LOG", "0")
    stream = io.BytesIO()
    height, width = frames[0][0].shape
    with av.open(stream, "w", format="matroska") as container:
        video: Any = container.add_stream(encoder, rate=25)
        video.width, video.height = width, height
        video.pix_fmt = "yuvj420p" if encoder == "mjpeg" else "yuv420p"
        options = dict(settings)
        if "q" in options:
            video.codec_context.qmin = video.codec_context.qmax = int(options.pop("q"))
        video.options = options
        with ordinary_priority():
            container.start_encoding()
        for number, planes in enumerate(frames):
            frame = _frame(planes, video.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode())
    stream.seek(0)
    with av.open(stream) as container:
        size, lumas = 0, []
        for packet in container.demux(container.streams.video[0]):
            size += packet.size
            lumas += [_luma(frame) for frame in packet.decode()]
    return 8 * size / (height * width * len(frames)), lumas


def _frame(planes: Planes, name: str) -> av.VideoFrame:
    frame = av.VideoFrame(planes[0].shape[1], planes[0].shape[0], name)
    for plane, values in zip(frame.planes, planes, strict=True):
        lines = np.zeros((plane.height, plane.line_size), np.uint8)
        lines[:, : values.shape[1]] = values
        plane.update(lines.tobytes())
    return frame


def _luma(frame: Any) -> NDArray[np.uint8]:
    plane = frame.planes[0]
    lines = np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, plane.line_size)
    return np.ascontiguousarray(lines[:, : plane.width])


def cases() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Codec, encoder and settings of every way to code a clip."""
    for codec, (encoder, settings) in CODECS.items():
        for chosen in settings:
            yield codec, encoder, chosen
