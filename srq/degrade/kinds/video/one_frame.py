"""What a video codec leaves of a picture that is a video's only frame."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from srq.degrade.degradation import Degradation, Pixels, Setting, to_uint8
from srq.degrade.parameters import Number
from srq.errors import ConfigError, MissingDependencyError
from srq.priority import ordinary_priority

# What encoders need at least; smaller pictures are repeated at their edges, as odd ones are.
_LEAST = 64


@dataclass(frozen=True)
class Codec:
    """An encoder and a decoder of FFmpeg, by name, and the encoder's ``options``.

    ``quantizer`` is set to the picture's quality: the option "crf", or "qscale", MPEG's own.
    """

    encoder: str
    decoder: str
    quantizer: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])


def coded(picture: Pixels, codec: Codec, quality: int) -> Pixels:
    """A uint8 picture (H, W) or (H, W, 3) after ``codec``, as the only frame of a video.

    Colours are those of BT.601 in limited range, chroma has half the size (4:2:0), and both ways
    of the conversion round to the nearest. Everything runs in one thread, so that the same
    picture gives the same bytes. Raises MissingDependencyError without PyAV, ConfigError if it
    lacks the codec.
    """
    av = _pyav()
    height, width = picture.shape[:2]
    rgb = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    tall, wide = (max(_LEAST, side + side % 2) for side in (height, width))
    padded = np.pad(rgb, ((0, tall - height), (0, wide - width), (0, 0)), mode="edge")
    frame = _first(_decoded(av, codec, _encoded(av, codec, _to_yuv(av, padded), quality)))
    made = _to_rgb(av, frame)[:height, :width]
    if picture.ndim == 3:
        return np.ascontiguousarray(made)
    return to_uint8(made @ np.array([0.299, 0.587, 0.114]))


def degradation(kind: str, codec: Codec, quality: Number, about: str) -> Degradation:
    """The degradation of pictures by ``codec``, its one parameter being ``quality``."""
    # A partial and no closure: recipes are pickled on their way to workers.
    apply = partial(_apply, codec, quality.name)
    return Degradation(kind, (quality,), apply, family="video", about=about)


def _apply(codec: Codec, quality: str, picture: Pixels, setting: Setting) -> Pixels:
    return coded(to_uint8(picture), codec, setting.values[quality])


def _pyav() -> Any:
    try:
        import av
    except ImportError as error:
        raise MissingDependencyError(
            "Degradations by video codecs need PyAV; install it: pip install 'srq[video]'."
        ) from error
    return av


def _conversion(av: Any) -> dict[str, Any]:
    """FFmpeg's own conversion is crude unless asked: it turns gray 128 into 123, 126, 124."""
    how = av.video.reformatter.Interpolation
    exactly = how.BICUBIC | how.ACCURATE_RND | how.FULL_CHR_H_INT | how.FULL_CHR_H_INP
    return {"interpolation": exactly | how.BITEXACT, "threads": 1}


def _to_yuv(av: Any, rgb: Pixels) -> Any:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    return frame.reformat(
        format="yuv420p",
        dst_colorspace=av.video.reformatter.Colorspace.ITU601,
        dst_color_range=av.video.reformatter.ColorRange.MPEG,
        **_conversion(av),
    )


def _to_rgb(av: Any, frame: Any) -> Pixels:
    frame = frame.reformat(
        format="rgb24",
        src_colorspace=av.video.reformatter.Colorspace.ITU601,
        src_color_range=av.video.reformatter.ColorRange.MPEG,
        **_conversion(av),
    )
    return frame.to_ndarray()


def _encoded(av: Any, codec: Codec, frame: Any, quality: int) -> list[Any]:
    os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 talks of itself otherwise
    encoder = _context(av, codec.encoder, "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
    encoder.flags |= av.codec.context.Flags.bitexact
    options = dict(codec.options)
    if codec.quantizer == "qscale":
        # The limits of the quantizer, and of what it is found by, in units of 1/118.
        low, high = str(quality), str(118 * quality)
        options |= {"qmin": low, "qmax": low, "lmin": high, "lmax": high}
    else:
        options[codec.quantizer] = str(quality)
    encoder.options = options
    with ordinary_priority():
        encoder.open()
    frame.pts = 0
    return [*encoder.encode(frame), *encoder.encode(None)]


def _decoded(av: Any, codec: Codec, packets: list[Any]) -> list[Any]:
    decoder = _context(av, codec.decoder, "r")
    frames = [frame for packet in packets for frame in decoder.decode(packet)]
    return [*frames, *decoder.decode(None)]


def _context(av: Any, name: str, mode: str) -> Any:
    try:
        context = av.CodecContext.create(name, mode)
    except av.codec.codec.UnknownCodecError:
        raise ConfigError(
            f"This PyAV has no codec '{name}'; install the one from PyPI: pip install av."
        ) from None
    context.thread_count = 1
    return context


def _first(frames: list[Any]) -> Any:
    if not frames:
        raise ConfigError("The video codec gave no frame back.")
    return frames[0]
