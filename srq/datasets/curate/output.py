"""What a run writes: pictures, validation pictures, lists, checksums, the archive."""

import json
import math
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srq.datasets.curate.stages import Validation
from srq.datasets.curate.views import View, pixels_of
from srq.errors import StorageError
from srq.files import (
    atomic_write,
    remove_stale,
    sha256_file,
    storage_error,
    write_bytes,
    write_text,
)
from srq.image.picture import Picture
from srq.image.png import encode_png
from srq.parallel.workers import map_in_processes

PICTURES = "hr"
VALIDATION = "validation"
SUMS = "SHA256SUMS"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class _Job:
    folder: str
    views: tuple[View, ...]


def write_pictures(
    named: Mapping[str, View],
    *,
    folder: str,
    out: Path,
    jobs: int,
    progress: Callable[[int, int], None],
) -> int:
    """Write each view as the PNG of its name below ``out``, those that are there left alone;
    returns how many were written."""
    waiting = {name: view for name, view in named.items() if not (out / name).exists()}
    groups: dict[str, list[str]] = {}
    for name, view in waiting.items():
        groups.setdefault(view.source.path, []).append(name)
    work = [_Job(folder, tuple(named[name] for name in names)) for names in groups.values()]
    done = len(named) - len(waiting)
    progress(done, len(named))
    for names, files in zip(groups.values(), map_in_processes(_encode, work, jobs), strict=True):
        for name, data in zip(names, files, strict=True):
            write_bytes(out / name, data)
            done += 1
            progress(done, len(named))
    return len(waiting)


def _encode(job: _Job) -> list[bytes]:
    return [_png(pixels) for pixels in pixels_of(job.folder, job.views)]


def _png(pixels: NDArray[np.uint8]) -> bytes:
    return encode_png(Picture(np.ascontiguousarray(pixels)))


def next_best(ranked: Sequence[View], kept: Sequence[View], stage: Validation) -> list[View]:
    """The pictures for validation: of the next that a cut did not keep, those of the stage's
    ranks, or as many as it wants, spread evenly from the best on."""
    labels = {view.label for view in kept}
    after = [view for view in ranked if view.label not in labels][: stage.next]
    multiple = math.lcm(*stage.scales)
    if stage.ranks:
        chosen = [after[rank - 1] for rank in stage.ranks if rank <= len(after)]
    else:
        count = min(stage.count, len(after))
        chosen = [after[len(after) * k // count] for k in range(count)]
    return [view for view in chosen if min(view.size) >= multiple]


def write_validation(views: Sequence[View], stage: Validation, folder: str, out: Path) -> None:
    """Write hr/NNNN.png, cut to a multiple of all scales, and xS/NNNN.png, by means of boxes."""
    multiple = math.lcm(*stage.scales)
    for number, view in enumerate(views):
        (pixels,) = pixels_of(folder, [view])
        height, width = (side // multiple * multiple for side in view.size)
        hr = pixels[:height, :width]
        name = f"{number:04d}.png"
        write_bytes(out / "hr" / name, _png(hr))
        for scale in stage.scales:
            size = width // scale, height // scale
            low = Image.fromarray(np.ascontiguousarray(hr)).resize(size, Image.Resampling.BOX)
            write_bytes(out / f"x{scale}" / name, _png(np.asarray(low)))


def write_meta_info(named: Mapping[str, View], path: Path) -> None:
    """Write ``name (height,width,channels)`` for each picture, as BasicSR reads it."""
    lines = [
        f"{name} ({view.size[0]},{view.size[1]},{view.source.channels})\n"
        for name, view in named.items()
    ]
    write_text(path, "".join(lines))


def write_origins(
    named: Mapping[str, View], scores: Mapping[str, Mapping[str, float]], path: Path
) -> None:
    """Write a JSON line for each picture: its source, what was made of it, and its scores."""
    lines: list[str] = []
    for name, view in named.items():
        record: dict[str, object] = {
            "name": name,
            "source": view.source.path,
            "sha256": view.source.sha256,
            "size": [view.height, view.width],
        }
        if view.box is not None:
            record["box"] = list(view.box)
        lines.append(json.dumps({**record, "scores": dict(scores[view.label])}) + "\n")
    write_text(path, "".join(lines))


def write_sums(out: Path, files: Sequence[str]) -> None:
    """Write SHA256SUMS of ``files`` below ``out``, as ``sha256sum --check`` reads it."""
    write_text(out / SUMS, "".join(f"{sha256_file(out / name)}  {name}\n" for name in files))


def pack(out: Path, files: Sequence[str], name: str, kind: Literal["zip", "tar"]) -> Path:
    """Pack ``files`` below ``out`` into ``out``/``name``.zip or .tar, the same bytes each time,
    with its own checksum in a file beside it."""
    path = out / f"{name}.{kind}"
    with atomic_write(path) as stream:
        (_zip if kind == "zip" else _tar)(stream, out, files, name)
    write_text(out / f"{path.name}.sha256", f"{sha256_file(path)}  {path.name}\n")
    return path


def _zip(stream: BinaryIO, out: Path, files: Sequence[str], name: str) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:  # PNG is packed already
        for file in files:
            info = zipfile.ZipInfo(f"{name}/{file}", _EPOCH)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            info.file_size = (out / file).stat().st_size
            with _opened(out / file) as source, archive.open(info, "w") as target:
                for piece in _pieces(source):
                    target.write(piece)


def _tar(stream: BinaryIO, out: Path, files: Sequence[str], name: str) -> None:
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in files:
            info = tarfile.TarInfo(f"{name}/{file}")
            info.size = (out / file).stat().st_size
            with _opened(out / file) as source:
                archive.addfile(info, source)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with open(path, "rb") as stream:
            yield stream
    except OSError as error:
        raise storage_error("read", path, error) from error


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(1 << 20):
        yield piece


def remove_leftovers(out: Path) -> None:
    """Remove what killed runs were about to rename, from ``out`` and all folders in it."""
    for folder in (out, *(path for path in out.rglob("*") if path.is_dir())):
        remove_stale(folder)


def check_foreign(folder: Path, but: Sequence[str]) -> None:
    """Refuse files in ``folder`` that this run did not write: they would be trained on."""
    wanted = set(but)
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and path.relative_to(folder).as_posix() not in wanted:
            raise StorageError(f"{path} is not from this run; move it away, or choose another OUT.")
