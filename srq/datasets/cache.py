"""Pools kept on disk: found by fingerprint, whole or absent, shared through mmap."""

import json
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from srq.datasets.pool import LumaPool
from srq.files import storage_error

_ARRAYS = ("lr", "hr", "index")


def load_pool(folder: Path, fingerprint: str) -> LumaPool | None:
    """The pool of this fingerprint, mapped from disk, or None if the cache has none.

    A damaged entry counts as none.
    """
    entry = _entry(folder, fingerprint)
    try:
        notes = json.loads((entry / "pool.json").read_text(encoding="utf-8"))
        arrays = {name: np.load(entry / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        pool = LumaPool(
            scale=notes["scale"],
            fingerprint=notes["fingerprint"],
            skipped=tuple(notes["skipped"]),
            **arrays,
        )
        sizes = [array.size for array in arrays.values()]
        if pool.fingerprint != fingerprint or notes["sizes"] != sizes:
            return None
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return None
    return pool


def save_pool(pool: LumaPool, folder: Path) -> None:
    """Store ``pool`` under its fingerprint; raises StorageError where the disk refuses.

    The entry is built beside its place and renamed into it, so that another process sees it
    whole or not at all. Where two build the same pool at once, the first to finish stays.
    """
    entry = _entry(folder, pool.fingerprint)
    notes = {
        "fingerprint": pool.fingerprint,
        "scale": pool.scale,
        "skipped": pool.skipped,
        "sizes": [getattr(pool, name).size for name in _ARRAYS],
    }
    building: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=folder, prefix=f".{entry.name}."))
        for name in _ARRAYS:
            with open(building / f"{name}.npy", "wb") as stream:
                np.save(stream, getattr(pool, name))
                stream.flush()
                os.fsync(stream.fileno())
        (building / "pool.json").write_text(json.dumps(notes) + "\n", encoding="utf-8")
        if entry.exists() and load_pool(folder, pool.fingerprint) is None:
            # A damaged entry would otherwise be rebuilt on every run.
            shutil.rmtree(entry)
        # The rename fails where another process was first: its entry holds the same bytes.
        if not entry.exists():
            with suppress(FileExistsError):
                _rename(building, entry)
    except OSError as error:
        raise storage_error("write", error.filename or entry, error) from error
    finally:
        if building is not None:
            shutil.rmtree(building, ignore_errors=True)


def _rename(building: Path, entry: Path) -> None:
    try:
        building.rename(entry)
    except OSError as error:
        if entry.is_dir():
            raise FileExistsError(error.errno, error.strerror, str(entry)) from error
        raise


def _entry(folder: Path, fingerprint: str) -> Path:
    return folder / f"pool-{fingerprint[:32]}"
