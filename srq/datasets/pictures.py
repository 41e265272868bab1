"""A picture file as training sees it: 8 bits, gray or RGB, without alpha."""

import tarfile
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.errors import DataError
from srq.files import storage_error
from srq.image.depth import to_depth
from srq.image.io import decode, read

_OPEN = 64
"""Tars whose members are remembered."""


def read_uint8(path: Path | str, member: str | None = None) -> NDArray[np.uint8]:
    """The pixels of a picture file, uint8 (H, W) or (H, W, 3); alpha is dropped.

    ``member`` is the picture's name in ``path``, if that is a tar or, by its name, an LMDB.
    Raises ImageError, naming the file, if it is damaged or no picture, and as ``read_member`` does.
    """
    if member is None:
        picture = read(path)
    else:
        picture = decode(read_member(Path(path), member), f"{member} in {path}")
    return to_depth(picture.pixels, np.uint8)


def read_member(path: Path, member: str) -> bytes:
    """The bytes of a member of a tar, or of an LMDB (``.lmdb``).

    Raises DataError if there is none of that name, StorageError if the file cannot be read.
    """
    try:
        if path.suffix == ".lmdb":
            data = _of_lmdb(path, member)
        else:
            status = path.stat()
            places = _members(path, status.st_mtime_ns, status.st_size)
            data = _of_tar(path, places[member]) if member in places else None
    except tarfile.TarError as error:
        raise DataError(f"{path} is damaged: {error}.") from error
    except OSError as error:
        raise storage_error("read", path, error) from error
    if data is None:
        raise DataError(f"{path} holds no {member}.")
    return data


def _of_tar(path: Path, place: tuple[int, int]) -> bytes:
    start, size = place
    with open(path, "rb") as stream:
        stream.seek(start)
        data = stream.read(size)
    if len(data) < size:
        raise DataError(f"{path} is cut short.")
    return data


@lru_cache(maxsize=_OPEN)
def _members(path: Path, time: int, size: int) -> dict[str, tuple[int, int]]:
    """Where each member of a tar begins, and its size; for the file of this time and size."""
    with tarfile.open(path) as tar:
        return {entry.name: (entry.offset_data, entry.size) for entry in tar if entry.isfile()}


def _of_lmdb(path: Path, member: str) -> bytes | None:
    import lmdb

    try:
        with (
            lmdb.open(
                str(path), readonly=True, create=False, lock=False, subdir=path.is_dir()
            ) as environment,
            environment.begin() as transaction,
        ):
            value = transaction.get(member.encode())
    except lmdb.Error as error:
        raise DataError(f"{path} is damaged, or no LMDB: {error}.") from error
    return None if value is None else bytes(value)
