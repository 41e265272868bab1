"""Which network of the zoo suits a picture or a video, by how its file holds it.

A network of the kind "compressed" takes the traces of compression away. Where there are none it
takes detail. So each way of coding has a limit at which the two kinds do equally well, on
training pictures: ``benchmarks/studies/choice.py`` finds the limits, docs/results/choice.md has
the figures.
"""

from dataclasses import dataclass

from srq.image.coding import Coding
from srq.image.depth import Pixels
from srq.image.jpeg_trace import jpeg_trace
from srq.zoo.networks import NETWORKS, OF_PICTURES, Kind, Quality, at_scale, network_for

AUTO = "auto"
"""What stands for a model's name where the zoo is to choose."""

JPEG_QUALITY = 91
"""Up to here a JPEG is for "compressed"."""

JPEG_TRACE = 0.23
"""From here on pixels without loss were a JPEG, which is for "compressed"."""

BITS_PER_PIXEL = {
    "WebP": 2.0,
    "AVIF": 1.6,
    "HEIC": 0.8,
    "h264": 0.22,
    "vp8": 0.33,
    "mpeg4": 0.31,
    "mpeg2video": 0.75,
    "mjpeg": 2.1,
}
"""Up to here what is lossy is for "compressed", by the names of formats and FFmpeg's of codecs.
HEVC, AV1 and VP9 filter their own traces: it would gain nothing there."""

_RELATIVES = {"mpeg1video": "mpeg2video"} | dict.fromkeys(
    ("flv1", "h263", "msmpeg4v2", "msmpeg4v3", "wmv1", "wmv2"), "mpeg4"
)
"""Old codecs that code blocks as another does; they were not measured."""

_TITLES = {
    "av1": "AV1", "ffv1": "FFV1", "h264": "H.264", "hevc": "HEVC", "mjpeg": "Motion JPEG",
    "mpeg2video": "MPEG-2", "mpeg4": "MPEG-4", "rawvideo": "raw video", "vp8": "VP8", "vp9": "VP9",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A network, and why it was taken.

    network: its name in the zoo.
    source:  what it was chosen for, in a word or two, such as "JPEG".
    reason:  the same and what decided, such as "JPEG of quality 75".
    """

    network: str
    source: str
    reason: str


def choose(
    scale: int,
    coding: Coding | None,
    pixels: Pixels | None = None,
    quality: Quality = OF_PICTURES,
) -> Choice:
    """The network that makes larger by ``scale`` what was coded so.

    ``coding`` is None for pixels that come from no file. ``pixels`` are (H, W) or (H, W, 3);
    with them a PNG that was a JPEG is found out. Where the zoo has no network of that ``quality``
    at that scale it is the next faster one; where there is none of the right kind, it is one of
    another, and the reason says so.

    Raises ConfigError for a scale that no network has, ModelError where the zoo is empty.
    """
    kind, source, reason = _judged(coding, pixels)
    name = network_for(scale, kind, quality)
    if NETWORKS[name].kind != kind:
        others = any(network.kind == kind for network in at_scale(scale).values())
        which = f"no {NETWORKS[name].quality} one" if others else "none"
        reason += f"; the zoo has {which} for {kind} pictures at x{scale}"
    return Choice(name, source, reason)


def _judged(coding: Coding | None, pixels: Pixels | None) -> tuple[Kind, str, str]:
    """The kind of network that suits, and the source and reason of the choice."""
    if coding is None:
        return _by_trace("pixels", "pixels without loss", pixels)
    source = _TITLES.get(coding.format, coding.format)
    if not coding.lossy:
        return _by_trace(source, f"{source} without loss", pixels)
    if coding.quality is not None:
        kind = "compressed" if coding.quality <= JPEG_QUALITY else "clean"
        return kind, source, f"{source} of quality {coding.quality}"
    codec = _RELATIVES.get(coding.format, coding.format)
    bits, limit = coding.bits_per_pixel, BITS_PER_PIXEL.get(codec)
    if bits is None:
        return "compressed", source, source
    reason = f"{source}, {bits:.2g} bits per pixel"
    if limit is None:
        return _by_trace(source, reason, pixels)
    return "compressed" if bits <= limit else "clean", source, reason


def _by_trace(source: str, reason: str, pixels: Pixels | None) -> tuple[Kind, str, str]:
    """Clean, but for what came from a JPEG."""
    if pixels is None or jpeg_trace(pixels) < JPEG_TRACE:
        return "clean", source, reason
    return "compressed", f"{source} from a JPEG", f"{source} that came from a JPEG"
