"""What is left out of a folder of pictures, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from srq.batch.jobs import Job
from srq.cli.upscale_video import SUFFIXES as VIDEOS
from srq.errors import MissingDependencyError
from srq.image.encode import FORMATS
from srq.image.kinds import KINDS, kind_of

if TYPE_CHECKING:
    from rich.console import Console

_RAW = {
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".iiq", ".kdc", ".mef", ".mos", ".mrw",
    ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".sr2", ".srf", ".srw", ".x3f",
}  # fmt: skip
_OTHERS = {".ai", ".cdr", ".exr", ".hdr", ".kra", ".svg", ".svgz", ".xcf"}
_START_BYTES = 256  # enough to tell the kind of a picture
_NAMED = 10


@dataclass(frozen=True)
class LeftOut:
    """A file or folder that is no picture to work on.

    kind:    "extra" (a package is missing), "name" (a picture not named as one), "unsupported"
             (a kind of picture that srq does not read), "video", "folder" or "other".
    because: why, as a part of a sentence; the same for all of its like.
    """

    source: Path
    kind: str
    because: str


PICTURES = ("extra", "name", "unsupported")
"""The kinds that one would have expected to be worked on."""


def without_missing(jobs: Iterable[Job]) -> tuple[list[Job], list[LeftOut]]:
    """The jobs whose pictures can be read and written, and those for which a package is missing."""
    able, left_out = [], []
    for job in jobs:
        try:
            for name in (job.source, job.target):
                form = FORMATS.get(name.suffix.lower())
                if form is not None and form.needs is not None:
                    form.needs()
        except MissingDependencyError as error:
            because = str(error).removesuffix(".")
            left_out.append(LeftOut(job.source, "extra", because[0].lower() + because[1:]))
        else:
            able.append(job)
    return able, left_out


def explained(paths: Iterable[Path]) -> list[LeftOut]:
    """Why each of these files and folders of a folder is none of its pictures."""
    Image.init()
    return [_explained(path) for path in paths]


def _explained(path: Path) -> LeftOut:
    suffix = path.suffix.lower()
    if path.is_dir():
        return LeftOut(path, "folder", "a folder; --recursive takes what is in it")
    if suffix in VIDEOS:
        return LeftOut(path, "video", "a video; srq upscale takes each by its own name")
    try:
        with open(path, "rb") as file:
            kind = kind_of(file.read(_START_BYTES))
    except OSError as error:
        return LeftOut(path, "other", f"it cannot be read ({error.strerror})")
    if suffix not in _RAW and kind is not None and kind != "BMP":  # Two letters say little.
        ending = next(name for name, form in FORMATS.items() if form.name == kind)
        return LeftOut(path, "name", f"{kind} by its content; end its name in {ending}")
    if suffix in _RAW | _OTHERS or suffix in Image.EXTENSION:
        because = f"a kind of picture that srq does not read; save it as one of {', '.join(KINDS)}"
        return LeftOut(path, "unsupported", because)
    return LeftOut(path, "other", "no picture")


def tell(left_out: Sequence[LeftOut], errors: "Console") -> None:
    """Print one line for each reason: how many, why, and their names."""
    reasons: dict[str, list[str]] = {}
    for one in left_out:
        reasons.setdefault(one.because, []).append(one.source.name)
    for because, names in reasons.items():
        shown = ", ".join(names[:_NAMED])
        if len(names) > _NAMED:
            shown += f" and {len(names) - _NAMED} more (all in --json)"
        line = f"{len(names)} left out ({because}): {shown}"
        errors.print(line, markup=False, soft_wrap=True)


def entries(left_out: Sequence[LeftOut]) -> list[dict[str, str]]:
    """The same for machines."""
    return [
        {"source": str(one.source), "kind": one.kind, "because": one.because} for one in left_out
    ]
