"""A file over HTTP: resumed where it was cut, and its name taken only once it is right."""

import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from srq.datasets.archive import extract, is_archive
from srq.datasets.catalogue import Item
from srq.errors import DataError
from srq.files import sha256_file, storage_error

Progress = Callable[[int, int], None]

# What may well succeed when asked again: time-outs, too many requests, a server in trouble.
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))

# A connection that brought this much was worth it: the count of failures starts again.
_PROGRESS = 1 << 20


@dataclass(frozen=True)
class Patience:
    """How long to bear with a server: silence of ``timeout`` seconds cuts a connection, and
    after ``retries`` further tries, the first after ``pause`` seconds and each pause twice the
    last, up to a minute, it is given up."""

    timeout: float = 30.0
    retries: int = 5
    pause: float = 1.0


class _Cut(Exception):
    """A transfer that ended early and may be taken up again; the text says why."""


class _Stale(_Cut):
    """The server cannot go on from what has come: start over."""


def download_set(
    name: str,
    item: Item,
    folder: Path,
    *,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Path:
    """Fetch a set into ``folder``/``name``, unpacked if it is an archive; return that folder.

    A set that is there already is left alone. Raises DataError if the file cannot be had or is
    not the catalogue's, StorageError where the disk refuses.
    """
    place = folder / name
    if place.exists():
        return place
    staging = folder / f".{name}.download"
    file = staging / item.file
    fetch(item, file, patience=patience, progress=progress)
    try:
        if is_archive(file):
            extract(file, place)
            file.unlink()
            staging.rmdir()
        else:
            staging.rename(place)
    except OSError as error:
        raise storage_error("write", place, error) from error
    return place


def fetch(
    item: Item,
    path: Path,
    *,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> None:
    """Download ``item`` to ``path``, whole and of the right SHA-256, or not at all.

    What has come so far stands in ``path``.part and is taken up again, in this call or a later
    one. ``progress(bytes, size)`` is called as bytes arrive. Raises DataError if the server
    refuses, keeps failing, or sends another file than the catalogue's.
    """
    patience = patience or Patience()
    part = path.with_name(path.name + ".part")
    if path.exists() and _is_right(path, item):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error("write", path.parent, error) from error
    begun = _length(part) > 0
    _receive_all(item, part, patience, progress)
    if begun and not _is_right(part, item):
        # The earlier part may have been of another file: once more from the beginning.
        part.unlink()
        _receive_all(item, part, patience, progress)
    if not _is_right(part, item):
        found, length = sha256_file(part), _length(part)
        part.unlink()
        raise DataError(
            f"{item.url} gave another file than the catalogue's ({length} bytes of SHA-256 "
            f"{found[:12]}..., not {item.size} of {item.sha256[:12]}...), so it was removed; "
            "try again later, or mend the catalogue if the set was changed."
        )
    part.replace(path)


def _receive_all(item: Item, part: Path, patience: Patience, progress: Progress | None) -> None:
    """Ask, and ask again, until ``part`` has as many bytes as ``item``, or give up."""
    failures = 0
    while (before := _length(part)) < item.size:
        try:
            _receive(item, part, before, patience.timeout, progress)
        except _Cut as cut:
            if isinstance(cut, _Stale):
                part.unlink(missing_ok=True)
            failures = 0 if _length(part) - before >= _PROGRESS else failures + 1
            if failures > patience.retries:
                raise DataError(
                    f"{item.url} could not be fetched: {cut} ({failures} tries); what came is "
                    "kept, so run the same command later to go on."
                ) from None
            time.sleep(min(60.0, patience.pause * 2 ** max(0, failures - 1)))


def _receive(item: Item, part: Path, have: int, timeout: float, progress: Progress | None) -> None:
    """Append what one request brings to ``part``, which holds ``have`` bytes."""
    with _open(item, have, timeout) as response:
        start = _first_byte(response, item, have)
        try:
            with open(part, "r+b" if start else "wb") as stream:
                stream.seek(start)
                while piece := _read(response):
                    stream.write(piece)
                    start += len(piece)
                    if start > item.size:
                        # Too long already; whoever compares the file will tell.
                        return
                    if progress is not None:
                        progress(start, item.size)
        except OSError as error:
            raise storage_error("write", part, error) from error
    if start < item.size:
        raise _Cut("the connection was closed early")


def _open(item: Item, have: int, timeout: float) -> http.client.HTTPResponse:
    headers = {"User-Agent": "srq", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    request = urllib.request.Request(item.url, headers=headers)
    try:
        return urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in _PASSING:
            raise _Cut(f"the server answers {error.code} {error.reason}") from None
        if error.code == 416 and have:
            raise _Stale("the server cannot resume it") from None
        raise DataError(
            f"{item.url} cannot be fetched: the server answers {error.code} {error.reason}; "
            "check the address in the catalogue."
        ) from None
    except urllib.error.URLError as error:
        raise _Cut(f"no connection ({error.reason})") from None
    except (OSError, http.client.HTTPException) as error:
        raise _Cut(f"no connection ({error or type(error).__name__})") from None


def _first_byte(response: http.client.HTTPResponse, item: Item, have: int) -> int:
    """Where in the file the response begins: a server may pass over the wish to resume."""
    if response.status == 206:
        content_range = response.headers.get("Content-Range", "")
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", content_range)
        if match is None or int(match[1]) != have:
            raise _Stale(f"the server resumed at '{content_range}', not at {have}")
        start = have
        total = None if match[2] == "*" else int(match[2])
    else:
        start, total = 0, response.length
    if total is not None and total != item.size:
        raise DataError(
            f"{item.url} has {total} bytes, but the catalogue says {item.size}; "
            "mend the catalogue if the set was changed."
        )
    return start


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read1(1 << 18)
    except TimeoutError:
        raise _Cut("the server fell silent") from None
    except (OSError, http.client.HTTPException) as error:
        raise _Cut(f"the connection broke ({error or type(error).__name__})") from None


def _is_right(path: Path, item: Item) -> bool:
    return _length(path) == item.size and sha256_file(path) == item.sha256


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
