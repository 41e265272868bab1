"""The pictures of a set to measure on: a benchmark, a folder, or a manifest of pairs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from srq.datasets.benchmarks import BENCHMARKS, load_benchmark
from srq.datasets.lists import pictures_in
from srq.datasets.manifest import Entry, LowRes, read_manifest
from srq.datasets.pictures import read_uint8
from srq.errors import DataError
from srq.files import sha256_file


@dataclass(frozen=True)
class Source:
    """One HR picture of a set.

    ``sha256`` is that of its file's bytes; ``read`` gives its pixels, uint8 (H, W, 3) or, for
    gray, (H, W). ``lows`` are LR pictures that a manifest gives it, 1/``scale`` of its size.
    """

    set: str
    name: str
    path: Path
    sha256: str
    read: Callable[[], np.ndarray] = field(repr=False, compare=False)
    lows: tuple[LowRes, ...] = ()
    scale: int | None = None


def find_sources(name: str) -> list[Source]:
    """The pictures of a set: one of ``BENCHMARKS``, a folder of HR pictures, or a manifest.

    Pictures are read when they are asked for, but their files' hashes are taken now. Raises
    DataError for a name that is none of the three.
    """
    if name in BENCHMARKS:
        return [
            Source(
                name,
                picture.name,
                picture.path,
                sha256_file(picture.path),
                lambda picture=picture: picture.rgb_or_gray,
            )
            for picture in load_benchmark(name)
        ]
    path = Path(name)
    if path.is_dir():
        return [_file(path.resolve().name, picture) for picture in pictures_in(path)]
    if path.suffix == ".jsonl" and path.is_file():
        return [_entry(path.stem, entry) for entry in read_manifest(path)]
    raise DataError(
        f"'{name}' is neither a test set ({', '.join(BENCHMARKS)}), nor a folder of pictures,"
        " nor a manifest (.jsonl) that exists."
    )


def _file(set_name: str, path: Path) -> Source:
    return Source(set_name, path.stem, path, sha256_file(path), lambda: read_uint8(path))


def _entry(set_name: str, entry: Entry) -> Source:
    name = Path(entry.member or entry.hr).stem
    digest = sha256_file(entry.hr)
    return Source(set_name, name, entry.hr, digest, entry.read, entry.lr, entry.scale)
