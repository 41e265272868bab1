"""What a run writes down as it goes: ``log.jsonl``, and the same figures as TensorBoard events."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from srq.errors import CheckpointError
from srq.files import storage_error, write_bytes
from srq.runs.events import scalars_record, version_record

LOG_FILE = "log.jsonl"
# TensorBoard finds a file by the first part of this name.
EVENTS_FILE = "events.out.tfevents.0.srq"

Entry = dict[str, Any]


class Record:
    """Appends entries to the log and the event file of a run folder.

    Opening it at ``step`` drops what an earlier, killed process wrote after that step, and
    half a line at the end; both files are then rewritten from the entries kept.
    """

    def __init__(self, run: Path, step: int) -> None:
        self._log = run / LOG_FILE
        self._events = run / EVENTS_FILE
        self.entries = [entry for entry in read_log(run) if entry["step"] <= step]
        write_bytes(self._log, b"".join(_line(entry) for entry in self.entries))
        events = [version_record(time.time()), *(_event(entry) for entry in self.entries)]
        write_bytes(self._events, b"".join(events))

    def add(self, entry: Mapping[str, Any]) -> Entry:
        """Write one entry, which has a "step", to both files; the time is added to it.

        Raises StorageError where the file system refuses.
        """
        full = {**entry, "time": round(time.time(), 3)}
        self.entries.append(full)
        _append(self._log, _line(full))
        _append(self._events, _event(full))
        return full


def read_log(run: Path) -> list[Entry]:
    """The entries of a run's log, oldest first; none if there is no log.

    A last line that is cut short is left out; raises CheckpointError for any other that is
    not an entry.
    """
    path = run / LOG_FILE
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_error("read", path, error) from error
    # What stands after the last line break is cut short.
    try:
        return [dict(json.loads(line)) for line in lines[:-1] if line]
    except ValueError:
        raise CheckpointError(f"{path} is damaged: a line of it is no JSON; remove it.") from None


def _line(entry: Entry) -> bytes:
    return json.dumps(entry).encode() + b"\n"


def _event(entry: Entry) -> bytes:
    """Every number of the entry; the keys of a nested table follow its own after a slash."""
    scalars: dict[str, float] = {}
    for key, value in entry.items():
        if isinstance(value, Mapping):
            scalars.update({f"{key}/{name}": float(number) for name, number in value.items()})
        elif key not in ("step", "time"):
            scalars[key] = float(value)
    return scalars_record(scalars, entry["step"], entry["time"])


def _append(path: Path, data: bytes) -> None:
    try:
        # Unbuffered: a killed process loses no entry, and a full disk is noticed here.
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            while data:
                data = data[os.write(handle, data) :]
        finally:
            os.close(handle)
    except OSError as error:
        raise storage_error("write", path, error) from error
