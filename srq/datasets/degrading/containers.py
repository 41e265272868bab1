"""Files of many pictures: a tar or an LMDB, whose bytes depend on what is put in alone."""

import io
import tarfile
from pathlib import Path
from typing import Any, Protocol

from srq.datasets.degrading.settings import Format

_ROOM = 1 << 24
"""Bytes that an LMDB may take before it is let grow, to twice as many each time."""


class Container(Protocol):
    """A file that takes pictures one after another, and is whole once it is closed."""

    def add(self, member: str, data: bytes) -> None:
        """Put a member in; no two may have one name."""
        ...

    def __enter__(self) -> "Container": ...

    def __exit__(self, *raised: object) -> None: ...


def new_container(form: Format, path: Path) -> Container:
    """An empty container at ``path``, where nothing is yet."""
    return _Lmdb(path) if form == "lmdb" else _Tar(path)


class _Tar:
    """A tar without times and owners."""

    def __init__(self, path: Path) -> None:
        self._tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115

    def add(self, member: str, data: bytes) -> None:
        header = tarfile.TarInfo(member)
        header.size = len(data)
        self._tar.addfile(header, io.BytesIO(data))

    def __enter__(self) -> "_Tar":
        return self

    def __exit__(self, *raised: object) -> None:
        self._tar.close()


class _Lmdb:
    """An LMDB in one file, without the file of its locks."""

    def __init__(self, path: Path) -> None:
        import lmdb

        self._full = lmdb.MapFullError
        self._room = _ROOM
        # What a crash loses is not counted on: the file is flushed to disk before its rename.
        self._lmdb: Any = lmdb.open(
            str(path), map_size=self._room, subdir=False, lock=False, sync=False
        )

    def add(self, member: str, data: bytes) -> None:
        while True:
            try:
                with self._lmdb.begin(write=True) as transaction:
                    transaction.put(member.encode(), data)
                return
            except self._full:
                self._room *= 2
                self._lmdb.set_mapsize(self._room)

    def __enter__(self) -> "_Lmdb":
        return self

    def __exit__(self, *raised: object) -> None:
        self._lmdb.sync(True)
        self._lmdb.close()
