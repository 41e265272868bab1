"""The streams of a result: its video, and what becomes of the source's other streams."""

import io
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import av.error
from av.stream import Disposition

from srq.errors import ConfigError, VideoError
from srq.priority import ordinary_priority
from srq.registry import suggestion
from srq.video.codecs import CODECS, Encoding
from srq.video.sound import add_aac
from srq.video.source import Source, opened
from srq.video.task import Others

AUDIO = ("copy", "aac", "none")
"""What can be done with sound."""


def checked_audio(audio: str) -> str:
    """``audio`` if it is one of ``AUDIO``; else ConfigError."""
    if audio not in AUDIO:
        raise ConfigError(f"There is no --audio {audio!r}; {suggestion(audio, AUDIO)}")
    return audio


def checked_streams(
    source: Source, encoding: Encoding, container: str, target: Path, audio: str
) -> Others:
    """Try the header of a result on nothing, so that what cannot be is known before the work.

    Raises VideoError where the container cannot carry the video, sound or subtitles.
    """
    with opened(source.path) as given, ExitStack() as stack:
        output = stack.enter_context(av.open(io.BytesIO(), "w", format=container))
        add_video(output, encoding, container, target)
        copied, encoded, left_out = [], [], []
        for stream in given.streams:
            if stream.index == source.stream or (stream.type == "audio" and audio == "none"):
                continue
            if not _can_carry(stream, container):
                left_out.append(_name_of(stream))
            elif stream.type == "audio" and audio == "aac" and not _is_aac(stream):
                _add_aac(output, stream, source, target)
                encoded.append(stream.index)
            elif _copies(output, stream, source, target):
                copied.append(stream.index)
            else:
                left_out.append(_name_of(stream))
        try:
            with ordinary_priority():
                output.start_encoding()
        except (av.error.FFmpegError, ValueError) as error:
            if audio != "none" and given.streams.audio:
                checked_streams(source, encoding, container, target, "none")
                raise _sound_refused(output, given.streams.audio[0], source, target) from error
            raise VideoError(
                f"{target.suffix} cannot carry what {source.path} does; write .mkv, which carries"
                " nearly everything."
            ) from error
    return Others(tuple(copied), tuple(encoded), tuple(left_out))


def add_video(output: Any, encoding: Encoding, container: str, target: Path) -> Any:
    """The video stream of a result, new; VideoError where the container has no such codec."""
    codec = CODECS[encoding.codec]
    try:
        video = output.add_stream(codec.encoder, rate=encoding.rate)
    except ValueError as error:
        raise VideoError(
            f"{target.suffix} cannot carry {codec.title}; choose another --codec or write .mkv."
        ) from error
    encoding.configure(video.codec_context, container)
    video.time_base = encoding.time_base
    return video


def _add_aac(output: Any, stream: Any, source: Source, target: Path) -> None:
    if stream.codec_context is None:
        raise VideoError(
            f"FFmpeg cannot decode the {_name_of(stream)} of {source.path}; --audio copy copies it,"
            " and --audio none leaves it out."
        )
    try:
        add_aac(output, stream)
    except ValueError as error:
        raise VideoError(
            f"{target.suffix} cannot carry AAC; choose --audio copy or none, or write .mkv."
        ) from error


def _copies(output: Any, stream: Any, source: Source, target: Path) -> bool:
    """Whether a stream can be copied; VideoError if not, and it is sound or subtitles."""
    try:
        output.add_stream_from_template(stream, opaque=True)
    except (av.error.FFmpegError, ValueError) as error:
        if stream.type == "audio":
            raise _sound_refused(output, stream, source, target) from error
        if stream.type == "subtitle":
            raise VideoError(
                f"{target.suffix} cannot carry the {_name_of(stream)} of {source.path}; write"
                " .mkv, which carries nearly everything."
            ) from error
        return False
    return True


def _sound_refused(output: Any, stream: Any, source: Source, target: Path) -> VideoError:
    encode = "--audio aac encodes it, " if "aac" in output.supported_codecs else ""
    other = "" if output.format.name == "matroska" else ", and .mkv carries nearly everything"
    return VideoError(
        f"{target.suffix} cannot carry the {_name_of(stream)} of {source.path}; {encode}"
        f"--audio none leaves it out{other}."
    )


def _can_carry(stream: Any, container: str) -> bool:
    if stream.type == "attachment":
        return container == "matroska"  # Others fail only as the header is written.
    if stream.type == "video":
        return bool(stream.disposition & Disposition.attached_pic)
    return stream.type in ("audio", "subtitle")


def _is_aac(stream: Any) -> bool:
    return stream.codec_context is not None and stream.codec_context.codec.canonical_name == "aac"


def _name_of(stream: Any) -> str:
    codec = stream.codec_context.name if stream.codec_context else "unknown"
    return f"{stream.type} stream {stream.index} ({codec})"
