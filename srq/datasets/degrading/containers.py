"""Files of many pictures: a tar or an LMDB, whose bytes depend on what is put in alone."""

import tarfile
from functools import cache
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
        self._file = open(path, "wb")  # noqa: SIM115

    def add(self, member: str, data: bytes) -> None:
        self._file.write(tar_header(member, len(data)))
        self._file.write(data)
        self._file.write(bytes(-len(data) % tarfile.BLOCKSIZE))

    def __enter__(self) -> "_Tar":
        return self

    def __exit__(self, *raised: object) -> None:
        self._file.write(bytes(2 * tarfile.BLOCKSIZE))
        self._file.write(bytes(-self._file.tell() % tarfile.RECORDSIZE))
        self._file.close()


def tar_header(member: str, size: int) -> bytes:
    """The header of a member, as tarfile writes it in the format of POSIX, a tenth of its time."""
    name = member.encode("utf-8", "surrogateescape")
    if len(name) > _NAME or not member.isascii() or size >= _LARGE:
        header = tarfile.TarInfo(member)
        header.size = size
        return header.tobuf(tarfile.PAX_FORMAT)
    start, middle, end, check = _template()
    digits = b"%011o" % size
    check += sum(name) + sum(digits)
    return b"".join((name, start[len(name) :], digits, middle, b"%06o\0 " % check, end))


_NAME, _LARGE = 100, 1 << 33  # From these on, a header is longer.


@cache
def _template() -> tuple[bytes, bytes, bytes, int]:
    """A header's bytes up to its size, from there to its check, and behind that; their sum, the
    check counted as blanks."""
    whole = tarfile.TarInfo().tobuf(tarfile.PAX_FORMAT)
    parts = whole[:124], whole[135:148], whole[156:]
    return *parts, sum(map(sum, parts)) + sum(b" " * 8)


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
