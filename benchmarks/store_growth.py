"""How do time and memory of an image store grow with its pictures?

    python -m benchmarks.store_growth [--sizes 1000 10000 100000] [--folder FOLDER]

A library of so many pictures is filled with rows and small files, on SQLite and a folder: nine of
ten are settled, the rest have their originals still, and a few wait. Each task then runs in turn;
the least processor time of several rounds counts, and by how much the process's memory rises above
what it had before. A page is 60 pictures; its time is that of the library, without HTML.
"""

import argparse
import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from benchmarks import harness
from srq.provenance import Provenance
from srq.store.form import ORIGINAL, PIXELS, Form
from srq.store.library import saved
from srq.store.library.accounts import account_named
from srq.store.library.blobs import FolderBlobs
from srq.store.library.fsck import check
from srq.store.library.gc import collect
from srq.store.library.jobs import OPTIMISE
from srq.store.library.library import Library, Place, open_library
from srq.store.library.listing import Wanted, page_of
from srq.store.library.tables import (
    Account,
    Album,
    AlbumPicture,
    Base,
    Blob,
    Candidate,
    Day,
    Job,
    Picture,
    PictureTag,
    Tag,
    new_id,
    now,
)

DAYS = 365
ALBUMS, TAGS = 20, 50
WAYS = ("avif", "avif444", "webp", "avif444 1/2 kim-x2", "jpeg in jxl")

ROUNDS = 3


def main() -> None:
    options = _options()
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for size in options.sizes:
            folder = Path(options.folder or temporary) / str(size)
            account_id = filled_at(folder, size)
            if options.only_fill:
                continue
            # In a process of its own, whose memory nothing has raised yet.
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                found = pool.submit(all_measured, folder, account_id, size).result()
            rows.append({"pictures": size, "tasks": found})
            print(size, found, flush=True)
    if options.only_fill:
        return
    harness.keep("store_growth", {"made": Provenance.now().to_json(), "rows": rows}, options.json)


def filled_at(folder: Path, size: int) -> str:
    """The account of a library of ``size`` pictures, which may be there already."""
    done = folder / "filled"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was broken off
        with open_library(Place(folder)) as library:
            done.write_text(filled(library, size))
    return done.read_text()


def all_measured(folder: Path, account_id: str, size: int) -> dict[str, dict[str, float]]:
    with open_library(Place(folder)) as library:
        return {name: measured(task) for name, task in tasks(library, account_id, size)}


def tasks(library: Library, account_id: str, size: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is measured, by its name."""

    def listed(wanted: Wanted, after: str | None = None) -> Any:
        with library.database.reading() as session:
            return page_of(session, account_id, wanted, after)

    def dashboard() -> None:
        saved.totals(library, account_id)
        with library.database.reading() as session:
            for part in (saved.over_time, saved.by_way, saved.by_album, saved.histogram):
                part(session, account_id)

    far = f"{_created(size // 10, size)}."
    yield "list: the first page", lambda: listed(Wanted())
    yield "list: a page far on", lambda: listed(Wanted(), far)
    yield "list: of an album", lambda: listed(Wanted(album_id=_id("album", 3)))
    yield "list: of a tag", lambda: listed(Wanted(tag="tag 7"))
    yield "search: text that many have", lambda: listed(Wanted(text="photo"))
    yield "search: text that one has", lambda: listed(Wanted(text=f"photo {size // 2:06}"))
    yield "dashboard: totals", lambda: saved.totals(library, account_id)
    yield "dashboard: the whole page", dashboard
    yield "gc: each minute", lambda: collect(library, files=False)
    yield "gc: each day, all files", lambda: collect(library)
    yield "fsck", lambda: sound(library)


def sound(library: Library) -> None:
    found = check(library)
    assert found.is_sound, (found.lost[:3], found.wrong[:3])


def measured(task: Callable[[], Any]) -> dict[str, float]:
    """Seconds of the processor, the least of a few rounds, and the bytes that memory rose by."""
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    least = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        task()
        least = min(least, time.process_time() - began)
        if least > 10:
            break
    return {"seconds": least, "bytes": max(0, _memory("VmHWM") - before)}


def _memory(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024


def filled(library: Library, size: int) -> str:
    """An account with ``size`` pictures; its id."""
    with library.database.writing() as session:
        account_id = account_named(session, "ann", make=True).id
    with library.database.writing() as session:
        for table, name, count in ((Album, "album", ALBUMS), (Tag, "tag", TAGS)):
            named = [
                {"id": _id(name, n), "account_id": account_id, "name": f"{name} {n}"}
                for n in range(count)
            ]
            session.execute(insert(table), named)
    for first in range(0, size, 1000):
        rows: dict[type[Base], list[dict[str, Any]]] = {}
        for number in range(first, min(first + 1000, size)):
            for table, row in _picture(library, account_id, number, size):
                rows.setdefault(table, []).append(row)
        used = sum(row["bytes"] for row in rows[Picture])
        with library.database.writing() as session:
            for table in (Blob, Picture, Candidate, AlbumPicture, PictureTag, Job):
                if table in rows:
                    session.execute(insert(table), rows[table])
            change = update(Account).where(Account.id == account_id)
            session.execute(change.values(used=Account.used + used))
    with library.database.writing() as session:
        days = [
            {"account_id": account_id, "day": now() // 86400 - n, "pictures": size // DAYS}
            for n in range(DAYS)
        ]
        session.execute(insert(Day), days)
    return account_id


def _picture(
    library: Library, account_id: str, number: int, size: int
) -> Iterable[tuple[type[Base], dict[str, Any]]]:
    """The rows of a picture, whose files are written."""
    state = "waiting" if number % 100 == 0 else "decided" if number % 10 == 0 else "settled"
    files = {name: f"{name} {number}".encode() * 8 for name in ("original", "stored", "preview")}
    kept = {"settled": ("stored", "preview"), "waiting": ("original",)}.get(state, tuple(files))
    names = {name: hashlib.sha256(files[name]).hexdigest() for name in kept}
    came = hashlib.sha256(files["original"]).hexdigest()
    form = Form(PIXELS, ".avif", came, (3000, 4000), "avif", 60)
    if state == "waiting":
        form = Form(ORIGINAL, ".jpg", came)
        names["stored"] = names["original"]
    record = form.to_json()
    refs = dict.fromkeys(names.values(), 0)
    for name in names.values():
        refs[name] += 1
    if state == "decided":
        refs[names["stored"]] += 1  # by its candidate
    sizes = {names[name]: len(files[name]) for name in kept}
    assert isinstance(library.blobs, FolderBlobs)
    for name in kept:
        path = library.blobs.path(names[name])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])
    for name, count in refs.items():
        yield Blob, {"sha256": name, "size": sizes[name], "refs": count, "unused": None}
    score = None if state == "waiting" else 70 + number % 30
    picture_id = _id("picture", number)
    measured = {"quality": 60, "ssimulacra2": score, "psnr": 40.0, "ssim": 0.99}
    yield (
        Picture,
        {
            "id": picture_id, "account_id": account_id, "name": f"photo {number:06}.jpg",
            "kind": "JPEG", "width": 4000, "height": 3000, "sha256": came, "came": 1000,
            "mode": "high", "state": state, "way": WAYS[number % len(WAYS)], "record": record,
            "original": names.get("original"), "stored": names["stored"],
            "preview": names.get("preview"), "bytes": sum(sizes.values()) + len(record),
            "stored_bytes": sizes[names["stored"]] + len(record),
            "original_bytes": len(files["original"]) if state == "decided" else 0,
            "preview_bytes": len(files["preview"]) if "preview" in names else 0,
            "created": _created(number, size), "decided": now(),
            "release_at": now() + 7 * 86400 if state == "decided" else None, **measured,
        },
    )  # fmt: skip
    if state == "decided":
        yield (
            Candidate,
            {
                "id": new_id(), "picture_id": picture_id, "mode": "high", "way": "avif",
                "bytes": len(files["stored"]) + len(record), "record": record,
                "blob": names["stored"], **measured,
            },
        )  # fmt: skip
    if state == "waiting":
        yield Job, {"id": new_id(), "kind": OPTIMISE, "picture_id": picture_id, "run_at": now()}
    if number % 2:
        album = {"album_id": _id("album", number // 2 % ALBUMS), "picture_id": picture_id}
        yield AlbumPicture, album
    if number % 3 == 0:
        yield PictureTag, {"tag_id": _id("tag", number % TAGS), "picture_id": picture_id}


def _id(kind: str, number: int) -> str:
    """As long and as scattered as the ids of tables."""
    return hashlib.sha256(f"{kind} {number}".encode()).hexdigest()[:22]


def _created(number: int, size: int) -> int:
    """Spread over the days."""
    return now() - DAYS * 86400 + number * DAYS * 86400 // size


def tables() -> dict[str, str]:
    """Milliseconds and memory of each task, by instruction set."""
    found = harness.newest("store_growth")
    return {"growth": "\n\n".join(map(_table, found.values())) or "Not measured yet."}


def _table(result: dict[str, Any]) -> str:
    rows = result["rows"]
    sizes = " | ".join(f"{row['pictures']:,} pictures" for row in rows)
    lines = [f"The load of the machine was {result['made']['load']:.1f}.", ""]
    lines.append(f"| milliseconds of the processor | {sizes} | MB of memory |")
    lines.append("|---" + "|---:" * (len(rows) + 1) + "|")
    for name, last in rows[-1]["tasks"].items():
        taken = " | ".join(_told(1000 * row["tasks"][name]["seconds"]) for row in rows)
        lines.append(f"| {name} | {taken} | {last['bytes'] / 1e6:.1f} |")
    return "\n".join(lines)


def _told(milliseconds: float) -> str:
    return f"{milliseconds:.1f}" if milliseconds < 20 else f"{milliseconds:,.0f}"


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--folder", type=Path, help="where libraries are kept for another run")
    parser.add_argument("--only-fill", action="store_true", help="make them, and measure later")
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


if __name__ == "__main__":
    main()
