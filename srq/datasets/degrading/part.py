"""A part of a run, committed as a whole, and the mark that says so.

Its files are written under other names, flushed to disk, and renamed. Then comes the mark, with
the hash of each: without it, nothing of the part counts.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from srq.datasets.degrading.containers import Container, new_container
from srq.datasets.degrading.layout import container_of
from srq.datasets.degrading.parquet import write_parquet
from srq.datasets.degrading.plan import Part
from srq.datasets.degrading.settings import Settings
from srq.datasets.degrading.work import Outcome, Stamp
from srq.errors import DataError, StorageError
from srq.files import sha256_file, staging, storage_error, sync_and_rename, write_text

RECORDS = ".srq-run"
"""The folder of logs and marks, in that of the run."""


@dataclass(frozen=True)
class Mark:
    """What a committed part holds.

    sources:  each source as it was read.
    files:    size and SHA-256 of each file, the log among them, by its path below the run's
              folder.
    rejected: the reason for each source of which nothing was made.
    lows:     how many LR pictures there are.
    """

    part: str
    sources: tuple[Stamp, ...]
    files: Mapping[str, tuple[int, str]]
    rejected: Mapping[str, str]
    lows: int

    @classmethod
    def read(cls, path: Path) -> "Mark | None":
        """The mark in a file; None if there is none, or it is damaged."""
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                plain["part"],
                tuple(Stamp(**stamp) for stamp in plain["sources"]),
                {name: (int(size), str(digest)) for name, (size, digest) in plain["files"].items()},
                dict(plain["rejected"]),
                int(plain["lows"]),
            )
        except FileNotFoundError:
            return None
        except OSError as error:
            raise storage_error("read", path, error) from error
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def mark_path(out: Path, part: str) -> Path:
    """Where the mark of the part with this id stands."""
    return out / RECORDS / f"{part}.json"


def log_path(out: Path, part: str) -> Path:
    """Where the log of the part with this id stands: lines of the manifest."""
    return out / RECORDS / f"{part}.jsonl"


def read_log(out: Path, part: str) -> list[dict[str, Any]]:
    """The lines of a part's log; DataError if it is missing or damaged."""
    path = log_path(out, part)
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise storage_error("read", path, error) from error
    except ValueError:
        raise DataError(f"{path} is damaged.") from None


def is_done(out: Path, folder: Path, part: Part) -> Mark | None:
    """The mark of a part that need not be made again, None if it must.

    Every source must be as it was, by its time and size or else by its hash, and every file must
    be there with its length. A source that could not be read is tried again.
    """
    mark = Mark.read(mark_path(out, part.id))
    if mark is None or [s.name for s in mark.sources] != [s.name for s in part.sources]:
        return None
    if not all(_is_unchanged(folder, stamp) for stamp in mark.sources):
        return None
    for name, (size, _) in mark.files.items():
        try:
            if (out / name).stat().st_size != size:
                return None
        except OSError:
            return None
    return mark


def commit(out: Path, part: Part, settings: Settings, outcomes: Iterable[Outcome]) -> Mark:
    """Write all that was made of a part's sources, and its mark. Raises StorageError."""
    with staging(out / RECORDS) as stage, ExitStack() as stack:
        staged: list[tuple[Path, Path]] = []
        digests: dict[str, tuple[int, str]] = {}
        lines: list[dict[str, Any]] = []
        stamps: list[Stamp] = []
        rejected: dict[str, str] = {}
        container: Container | None = None

        def keep(name: str, written: Path) -> None:
            digests[name] = (written.stat().st_size, sha256_file(written))
            staged.append((written, out / name))

        for outcome in outcomes:
            stamps.append(outcome.stamp)
            lines += outcome.lines
            if outcome.reason is not None:
                rejected[outcome.stamp.name] = outcome.reason
            for place, data in outcome.files:
                if place.member is None:
                    written = stage / str(len(staged))
                    written.write_bytes(data)
                    digests[place.path] = (len(data), hashlib.sha256(data).hexdigest())
                    staged.append((written, out / place.path))
                else:
                    if container is None:
                        container = new_container(settings.format, stage / "container")
                        stack.enter_context(container)
                    container.add(place.member, data)
        if container is not None:
            stack.close()
            keep(container_of(part, settings.format), stage / "container")
        _write_log(stage / "log", lines)
        keep(log_path(out, part.id).relative_to(out).as_posix(), stage / "log")
        if settings.parquet:
            write_parquet(stage / "parquet", lines)
            keep(f"log/part-{part.id}.parquet", stage / "parquet")
        sync_and_rename(staged)
    lows = sum(len(line["lr"]) for line in lines)
    mark = Mark(part.id, tuple(stamps), digests, rejected, lows)
    write_text(mark_path(out, part.id), json.dumps(asdict(mark)) + "\n")
    return mark


def _write_log(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    # All in ASCII: names that are no UTF-8 come back as they were.
    path.write_bytes("".join(json.dumps(line) + "\n" for line in lines).encode())


def _is_unchanged(folder: Path, stamp: Stamp) -> bool:
    if stamp.sha256 is None:
        return False
    path = folder / stamp.name
    try:
        status = path.stat()
        if (status.st_size, status.st_mtime_ns) == (stamp.size, stamp.time):
            return True
        return status.st_size == stamp.size and sha256_file(path) == stamp.sha256
    except (OSError, StorageError):
        return False
