"""All that is settled of a video to be made before its first frame."""

from dataclasses import dataclass
from pathlib import Path

from srq.video.codecs import CODECS, Encoding
from srq.video.deinterlace import Deinterlaced
from srq.video.parts import Parts
from srq.video.source import Source


@dataclass(frozen=True)
class Others:
    """What becomes of the source's other streams, by number: copied, or made AAC.

    left_out: the names of those that the container cannot carry.
    """

    copied: tuple[int, ...]
    encoded: tuple[int, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Task:
    """``source`` into ``target``, by way of ``parts``, in FFmpeg's ``container``."""

    source: Source
    target: Path
    container: str
    encoding: Encoding
    others: Others
    parts: Parts

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what the result does not keep."""
        source = self.source
        notes = [
            f"{self.target.suffix} cannot carry the {name}; it is left out."
            for name in self.others.left_out
        ]
        if source.pixels.replace("yuvj", "yuv") != source.layout.name:
            notes.append(f"Pixels are {source.pixels}; they are upscaled as {source.layout.name}.")
        if isinstance(source, Deinterlaced) and not source.interlaced:
            notes.append(
                "The file does not say that it is interlaced; it is deinterlaced as asked."
            )
        if source.alpha:
            notes.append("Results have no alpha (transparency); that of the video is left out.")
        codec = CODECS[self.encoding.codec]
        if source.light is not None and not codec.lit:
            notes.append(
                f"{codec.title} cannot state the light of a display (HDR10); it is left out."
            )
        if source.dynamic:
            notes.append(
                "What the file says of the light of single scenes (HDR10+, Dolby Vision) is left"
                " out."
            )
        if source.counted:
            notes.append("The file states no times of frames; they are taken from its rate.")
        return tuple(notes)
