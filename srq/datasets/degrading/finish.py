"""The end of a run: the manifest, the lists and the hashes, made of the marks and the logs."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from srq.datasets.degrading.part import RECORDS, Mark, log_path, mark_path, read_log
from srq.datasets.degrading.settings import RECIPE, SETTINGS, Settings
from srq.errors import DataError
from srq.files import atomic_write, sha256_file, storage_error

MANIFEST = "manifest.jsonl"
META_INFO = "meta_info.txt"
REJECTS = "rejects.jsonl"
HASHES = "SHA256SUMS"


def finish(out: Path, settings: Settings, parts: Sequence[str]) -> tuple[Path, str]:
    """Write what stands for the whole run, and remove what earlier plans of it left.

    Where two shares end at once, both write the same bytes. Returns the manifest, and the hash of
    all hashes. Raises DataError if a part's mark is missing.
    """
    with atomic_write(out / MANIFEST) as stream:
        for part in parts:
            with open(log_path(out, part), "rb") as log:
                shutil.copyfileobj(log, stream)
    whole = [SETTINGS, RECIPE, MANIFEST, REJECTS]
    with atomic_write(out / REJECTS) as stream:
        for mark in read_marks(out, parts):
            for source, reason in mark.rejected.items():
                stream.write(json.dumps({"source": source, "reason": reason}).encode() + b"\n")
    if settings.format == "folder":
        whole.append(META_INFO)
        with atomic_write(out / META_INFO) as stream:
            for line in _pairs(out, parts):
                stream.write(line.encode())
    _remove_superseded(out, parts)
    digest = hashlib.sha256()
    with atomic_write(out / HASHES) as stream:
        for line in (f"{sha256_file(out / name)}  {name}\n" for name in whole):
            digest.update(line.encode())
            stream.write(line.encode())
        for mark in read_marks(out, parts):
            for name, (_, of_file) in mark.files.items():
                line = f"{of_file}  {name}\n"
                digest.update(line.encode())
                stream.write(line.encode())
    return out / MANIFEST, digest.hexdigest()


def read_marks(out: Path, parts: Iterable[str]) -> Iterator[Mark]:
    """The marks of parts, one at a time; DataError if one is missing or damaged."""
    for part in parts:
        mark = Mark.read(mark_path(out, part))
        if mark is None:
            raise DataError(f"The mark of the part {part} of {out} is missing; run it again.")
        yield mark


def _pairs(out: Path, parts: Sequence[str]) -> Iterator[str]:
    """Lines "HR, LR", as Real-ESRGAN's paired data sets read them."""
    for part in parts:
        for line in read_log(out, part):
            if not line["hr"].isprintable():  # A line cannot name it; the manifest does.
                continue
            for low in line["lr"]:
                yield f"{line['hr']}, {low['path']}\n"


def _remove_superseded(out: Path, parts: Sequence[str]) -> None:
    """Remove the parts that are of this run no more, since pictures came or went."""
    current = set(parts)
    old = [path for path in (out / RECORDS).glob("*.json") if path.stem not in current]
    if not old:
        return
    files = {name for mark in read_marks(out, parts) for name in mark.files}
    try:
        for path in old:
            mark = Mark.read(path)
            for name in mark.files if mark else ():
                if name not in files:
                    (out / name).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error("remove", error.filename or out, error) from error
