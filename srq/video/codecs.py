"""The codecs that results are written with, and what each can hold."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.codec
import av.error

from srq.errors import ConfigError, VideoError
from srq.priority import ordinary_priority
from srq.registry import suggestion
from srq.video.layout import Layout
from srq.video.light import Light
from srq.video.source import Tags

_GLOBAL_HEADER = 1 << 22


@dataclass(frozen=True)
class Codec:
    """A codec by its encoder.

    crf:     its constant quality by default, None if it is lossless; ``worst`` the largest.
    options: of the encoder, from a quality, a preset and HDR10's light.
    lit:     whether its stream can state HDR10's light.
    """

    title: str
    encoder: str
    options: Callable[[int | None, str | None, Light | None], dict[str, str]]
    crf: int | None = None
    worst: int = 0
    lit: bool = True


# The number of threads changes what x264 and x265 write, so it is fixed: high enough for large
# machines, low enough for small ones.
def _x264(crf: int | None, preset: str | None, light: Light | None) -> dict[str, str]:
    # Without the first, frames whose width is no multiple of 128 differ from run to run.
    parameters = ["cpu-independent=1"]
    if light is not None and light.display is not None:
        parameters.append(f"mastering-display={light.display_in_units()}")
    if light is not None and light.content is not None:
        parameters.append("cll={},{}".format(*light.content))
    same = {"threads": "8", "x264-params": ":".join(parameters)}
    return {"crf": str(crf), "preset": preset or "medium", **same}


def _x265(crf: int | None, preset: str | None, light: Light | None) -> dict[str, str]:
    parameters = ["log-level=none", "frame-threads=3"]
    if light is not None and light.display is not None:
        parameters.append(f"master-display={light.display_in_units()}")
    if light is not None and light.content is not None:
        parameters.append("max-cll={},{}".format(*light.content))
    same = {"x265-params": ":".join(parameters)}
    return {"crf": str(crf), "preset": preset or "medium", **same}


def _svt(crf: int | None, preset: str | None, light: Light | None) -> dict[str, str]:
    os.environ.setdefault("SVT_LOG", "0")  # It writes to standard error as it likes otherwise.
    parameters = []
    if light is not None and light.display is not None:
        parameters.append(f"mastering-display={light.display_in_decimals()}")
    if light is not None and light.content is not None:
        parameters.append("content-light={},{}".format(*light.content))
    same = {"svtav1-params": ":".join(parameters)} if parameters else {}
    return {"crf": str(crf), "preset": preset or "8", **same}


def _ffv1(crf: int | None, preset: str | None, light: Light | None) -> dict[str, str]:
    return {"level": "3", "slices": "16", "slicecrc": "1", "g": "1"}


CODECS = {
    "h264": Codec("H.264", "libx264", _x264, crf=18, worst=51),
    "hevc": Codec("HEVC", "libx265", _x265, crf=20, worst=51),
    "av1": Codec("AV1", "libsvtav1", _svt, crf=26, worst=63),
    "ffv1": Codec("FFV1", "ffv1", _ffv1, lit=False),
}

FORMATS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".mkv": "matroska",
    ".webm": "webm",
    ".nut": "nut",
    ".ts": "mpegts",
}
"""The containers that results are written in, by the suffix that asks for each."""


@dataclass(frozen=True)
class Encoding:
    """All that decides what an encoder makes of frames. ``time_base`` is that of the frames."""

    codec: str
    crf: int | None
    preset: str | None
    size: tuple[int, int]
    layout: Layout
    tags: Tags
    light: Light | None
    time_base: Fraction
    rate: Fraction

    def configure(self, context: Any, container: str) -> None:
        """Set an encoder's context up, for packets that go into that container."""
        codec = CODECS[self.codec]
        context.height, context.width = self.size
        context.pix_fmt = self.layout.name
        context.time_base = self.time_base
        context.framerate = self.rate
        names = ("color_range", "colorspace", "color_primaries", "color_trc")
        for name, value in zip(names, self.tags.colour, strict=True):
            setattr(context, name, value)
        if self.tags.aspect:
            context.sample_aspect_ratio = self.tags.aspect
        if self.codec == "hevc" and container in ("mp4", "mov"):
            context.codec_tag = "hvc1"  # Apple's players open no other.
        context.options = codec.options(self.crf, self.preset, self.light)

    def open(self, container: str) -> Any:
        """A new encoder; VideoError if it refuses what is asked of it."""
        context = av.CodecContext.create(CODECS[self.codec].encoder, "w")
        self.configure(context, container)
        if container != "mpegts":  # the one that wants headers with the frames
            context.flags |= _GLOBAL_HEADER
        try:
            with ordinary_priority():
                context.open()
        except (av.error.FFmpegError, ValueError) as error:
            preset = "" if self.preset is None else f" with preset {self.preset}"
            raise VideoError(
                f"{CODECS[self.codec].title} cannot encode {self.size[1]} x {self.size[0]}"
                f" {self.layout.name}{preset}; choose another size, codec or preset."
            ) from error
        return context

    def described(self) -> Mapping[str, Any]:
        """The same as plain values, to be compared and written down."""
        return {
            "codec": self.codec,
            "crf": self.crf,
            "preset": self.preset,
            "height": self.size[0],
            "width": self.size[1],
            "pixels": self.layout.name,
            "colour": list(self.tags.colour),
            "aspect": str(self.tags.aspect),
            "light": [] if self.light is None else self.light.described(),
            "time_base": str(self.time_base),
            "rate": str(self.rate),
        }


def container_of(target: Path) -> str:
    """FFmpeg's name of the container that the suffix of ``target`` asks for; else VideoError."""
    if target.suffix.lower() not in FORMATS:
        known = ", ".join(FORMATS)
        raise VideoError(
            f"The name {target} does not say a video format; end it in one of {known}."
        )
    return FORMATS[target.suffix.lower()]


def chosen_codec(name: str | None, container: str, layout: Layout) -> str:
    """The codec of that name, or by default what the container's players know best.

    Raises ConfigError for an unknown name, VideoError where the codec is not in this build of
    PyAV or cannot hold the layout.
    """
    if name is None:
        deep = layout.bits > 8
        name = {"webm": "av1", "nut": "ffv1"}.get(container, "hevc" if deep else "h264")
    if name not in CODECS:
        raise ConfigError(f"There is no codec {name!r}; {suggestion(name, CODECS)}")
    codec = CODECS[name]
    if layout.name not in _pixel_formats(codec):
        others = [other for other in CODECS if layout.name in _pixel_formats(CODECS[other])]
        advice = f"choose --codec {' or '.join(others)}" if others else "convert the video first"
        raise VideoError(f"{codec.title} cannot hold {layout.name} frames; {advice}.")
    return name


def checked_crf(codec: str, crf: int | None) -> int | None:
    """The quality to encode with: ``crf``, or the codec's default; ConfigError if it has none."""
    known = CODECS[codec]
    if crf is None or known.crf is None:
        if crf is not None:
            raise ConfigError(f"{known.title} is lossless and takes no --crf; leave it out.")
        return known.crf
    if not 0 <= crf <= known.worst:
        raise ConfigError(f"{known.title} takes a --crf from 0 to {known.worst}, not {crf}.")
    return crf


def _pixel_formats(codec: Codec) -> set[str]:
    try:
        formats = av.codec.Codec(codec.encoder, "w").video_formats or []
    except av.codec.codec.UnknownCodecError as error:
        raise VideoError(
            f"This build of PyAV has no encoder for {codec.title} ({codec.encoder}); choose another"
            " --codec, or install av from PyPI, whose wheels have it."
        ) from error
    return {found.name for found in formats}
