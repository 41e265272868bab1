"""Views: a picture, resized or not, cropped or not, made only when it is looked at."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.errors import DataError
from srq.files import storage_error
from srq.image.decode import decode_first
from srq.image.depth import to_depth
from srq.image.lanczos import lanczos

Box = tuple[int, int, int, int]
"""Top, left, height, width."""


@dataclass(frozen=True)
class Source:
    """A picture file that was read whole: its path below IN, its content, its upright size."""

    path: str
    sha256: str
    height: int
    width: int
    channels: int

    @property
    def folder(self) -> str:
        """The folder below IN that it lies in; "" for IN itself."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class View:
    """A source at a size, and a box of that. ``scaled`` numbers its sizes, ``tile`` its tiles."""

    source: Source
    height: int
    width: int
    scaled: int | None = None
    box: Box | None = None
    tile: int | None = None

    @classmethod
    def of(cls, source: Source) -> "View":
        """The whole source as it is."""
        return cls(source, source.height, source.width)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of what is seen."""
        return (self.height, self.width) if self.box is None else self.box[2:]

    @property
    def resized(self) -> bool:
        """Whether the source is seen at another size than its own."""
        return (self.height, self.width) != (self.source.height, self.source.width)

    @property
    def key(self) -> str:
        """What its pixels depend on: the source's content, and what is made of it."""
        made = f"{self.height}x{self.width} lanczos" if self.resized else ""
        return f"{self.source.sha256} {made} {self.box or ''}".strip()

    @property
    def label(self) -> str:
        """What people call it, such as ``faces/a.png T1 s003``; unique within a run."""
        scale = "" if self.scaled is None else f" T{self.scaled}"
        return self.source.path + scale + ("" if self.tile is None else f" s{self.tile:03d}")

    def cut(self, box: Box, tile: int) -> "View":
        """A box of this view, which must be whole."""
        return replace(self, box=box, tile=tile)


def by_source(views: Sequence[View]) -> list[tuple[View, ...]]:
    """The views in groups of one source, so that each is decoded once; order is kept."""
    groups: dict[str, list[View]] = {}
    for view in views:
        groups.setdefault(view.source.path, []).append(view)
    return [tuple(group) for group in groups.values()]


def pixels_of(folder: str, views: Sequence[View]) -> Iterator[NDArray[np.uint8]]:
    """The pixels of views of one source below ``folder``, each uint8 (H, W) or (H, W, 3).

    Raises DataError where the file is no longer the one that was read before.
    """
    whole = _read(Path(folder) / views[0].source.path, views[0].source)
    sizes: dict[tuple[int, int], NDArray[np.uint8]] = {whole.shape[:2]: whole}
    for view in views:
        size = view.height, view.width
        if size not in sizes:
            sizes[size] = lanczos(whole, size)
        shown = sizes[size]
        if view.box is not None:
            top, left, height, width = view.box
            shown = shown[top : top + height, left : left + width]
        yield shown


def _read(path: Path, source: Source) -> NDArray[np.uint8]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise storage_error("read", path, error) from error
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise DataError(f"{path} changed while it was curated; run the command again.")
    return to_depth(decode_first(data, str(path)).pixels, np.uint8)
