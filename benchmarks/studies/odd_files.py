"""What does srq make of odd picture files, and does it call damaged what Pillow reads?

Every picture file in the given folders is read, with all its frames and pages, and, where that
is quick, upscaled and written. Of the files, only counts are kept. The public test folders of
Pillow, image-rs, libavif and sharp hold many odd ones.

    python -m benchmarks.studies.odd_files Pillow/Tests image/tests libavif/tests sharp/test

It ends with code 1 if a file led to a defect: a traceback, a process that died or was still busy
when its time was up, a line on the screen, or a file called damaged that Pillow reads whole.
"""

import argparse
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import PIL
from PIL import Image, ImageSequence

from benchmarks import harness
from srq.batch.jobs import Job
from srq.batch.run import Status
from srq.engines import Engine
from srq.errors import (
    DamagedImageError,
    ImageError,
    MissingDependencyError,
    UnsupportedImageError,
)
from srq.image.encode import FORMATS
from srq.image.io import Frames, read_any
from srq.image.kinds import kind_of
from srq.provenance import Provenance
from srq.upscaling.batch import upscale_files
from srq.upscaling.engine import open_model

RESULT = harness.RESULTS / "odd_files.json"
MODEL = "kim-x2"
MOST_PIXELS = 1 << 17
"""Files of more pixels, over all frames, are read but not upscaled."""

OUTCOMES = {
    "upscaled": "upscaled",
    "read": "read, too large to upscale here",
    "unsupported": "a kind that is not read",
    "damaged": "damaged",
    "large": "more pixels than Pillow allows",
    "extra": "needs an extra",
    "late": "not done in time",
    "defect": "defect",
}


@dataclass
class Found:
    """What became of one file. ``pillow``: whether Pillow by itself reads all of it."""

    kind: str
    outcome: str
    sentence: str = ""
    pillow: bool = False
    printed: str = ""


def main() -> int:
    options = _options()
    Image.init()
    folders, every = [], []
    for folder in options.folders:
        files = list(picture_files(folder))
        folders.append({"name": "/".join(folder.resolve().parts[-2:]), "files": len(files)})
        every += files
    print(f"{len(every)} picture files")
    found = dict(zip(every, examined(every, options.seconds), strict=True))
    report = {
        "made": Provenance.now().to_json() | {"pillow": PIL.__version__},
        "folders": folders,
        "model": MODEL,
        "seconds_a_file": options.seconds,
        "kinds": counts(list(found.values())),
        "several": sum(one.sentence == "several" for one in found.values()),
        "damaged_but_read_by_pillow": _number(found, called_damaged_wrongly),
        "printed": _number(found, lambda one: bool(one.printed)),
        "defects": _number(found, lambda one: one.outcome in ("defect", "late")),
    }
    for path, one in found.items():
        if is_defect(one) or options.all:
            print(f"{path}: {one.kind}, {one.outcome} {one.sentence} {one.printed}".rstrip())
    harness.write_result(options.json, report)
    return int(any(is_defect(one) for one in found.values()))


def called_damaged_wrongly(one: Found) -> bool:
    return one.outcome == "damaged" and one.pillow


def is_defect(one: Found) -> bool:
    late = one.outcome in ("defect", "late")
    return late or bool(one.printed) or called_damaged_wrongly(one)


def _number(found: dict[Path, Found], of: Any) -> int:
    return sum(of(one) for one in found.values())


def counts(found: list[Found]) -> dict[str, dict[str, int]]:
    """How many files of each kind came to each outcome; the kinds with most files first."""
    kinds: dict[str, dict[str, int]] = {}
    for one in found:
        of_kind = kinds.setdefault(one.kind, dict.fromkeys(OUTCOMES, 0))
        of_kind[one.outcome] += 1
    return dict(sorted(kinds.items(), key=lambda item: (-sum(item[1].values()), item[0])))


def picture_files(folder: Path) -> Iterator[Path]:
    """The files below a folder that are pictures by their names or by their first bytes."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        with open(path, "rb") as file:
            kind = kind_of(file.read(256))
        suffix = path.suffix.lower()
        if suffix in FORMATS or suffix in Image.EXTENSION or kind not in (None, "BMP"):
            yield path


def examined(paths: list[Path], seconds: float) -> Iterator[Found]:
    """What becomes of each file, in processes that are stopped where one takes too long."""
    context = get_context("spawn")
    worker = None
    with tempfile.TemporaryDirectory() as folder:
        screen = Path(folder) / "screen"
        for path in paths:
            if worker is None:
                here, there = context.Pipe()
                worker = context.Process(target=_work, args=(there, screen, Path(folder)))
                worker.start()
                there.close()
                here.recv()  # It is ready.
                size = screen.stat().st_size
            here.send(path)
            try:
                one = here.recv() if here.poll(seconds) else Found(_kind(path), "late")
            except EOFError:
                one = Found(_kind(path), "defect", "the process died")
            one.printed = screen.read_bytes()[size:].decode(errors="replace")
            size = screen.stat().st_size
            if one.outcome == "late" or one.sentence == "the process died":
                worker.kill()
                worker.join()
                worker = None
            yield one
        if worker is not None:
            here.send(None)
            worker.join()


def _work(connection: Connection, screen: Path, folder: Path) -> None:
    """Examine files as they are asked for; whatever is printed goes to the file ``screen``."""
    engine = open_model(MODEL)
    stream = os.open(screen, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    connection.send(None)
    while (path := connection.recv()) is not None:
        one = examine(path, engine, folder)
        sys.stdout.flush()
        sys.stderr.flush()
        connection.send(one)


def examine(path: Path, engine: Engine, folder: Path) -> Found:
    """Read a file and, if it is small, upscale it into ``folder``."""
    kind = _kind(path)
    try:
        picture = read_any(path)
        pixels = 0
        for part in picture if isinstance(picture, Frames) else (picture,):
            pixels += part.size[0] * part.size[1]
        several = "several" if isinstance(picture, Frames) else ""
        if pixels > MOST_PIXELS:
            return Found(kind, "read", several)
        suffix = picture.suffix if isinstance(picture, Frames) else ".png"
        target = folder / f"made{suffix}"
        (result,) = upscale_files([Job(path, target)], engine)
        target.unlink(missing_ok=True)
        if result.status is not Status.DONE:
            return Found(kind, "defect", result.sentence or "")
        return Found(kind, "upscaled", several)
    except UnsupportedImageError as error:
        return Found(kind, "unsupported", str(error))
    except DamagedImageError as error:
        return Found(kind, "damaged", str(error), pillow_reads(path))
    except MissingDependencyError as error:
        return Found(kind, "extra", str(error))
    except ImageError as error:
        return Found(kind, "large" if "pixels" in str(error) else "defect", str(error))
    except Exception:
        return Found(kind, "defect", traceback.format_exc())


def pillow_reads(path: Path) -> bool:
    """Whether Pillow makes pictures of all of the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as image:
                if image.format == "MPO":  # Its other pictures are previews.
                    image.load()
                else:
                    for frame in ImageSequence.Iterator(image):
                        frame.load()
        except Exception:
            return False
    return True


def _kind(path: Path) -> str:
    with open(path, "rb") as file:
        kind = kind_of(file.read(256))
    return kind or Image.EXTENSION.get(path.suffix.lower(), "not by its content")


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=30, help="for each file, at most")
    parser.add_argument("--all", action="store_true", help="print what became of each file")
    parser.add_argument("--json", type=Path, default=RESULT, metavar="FILE")
    return parser.parse_args()


def tables() -> dict[str, str]:
    """The counts, for docs/results/odd-files.md."""
    report = harness.read_result(RESULT)
    used = [name for name in OUTCOMES if any(row[name] for row in report["kinds"].values())]
    lines = ["| kind | files | " + " | ".join(OUTCOMES[name] for name in used) + " |"]
    lines.append("|---|" + "---|" * (len(used) + 1))
    rows = list(report["kinds"].items())
    rest = [row for kind, row in rows if sum(row.values()) < 8]
    rows = [(kind, row) for kind, row in rows if sum(row.values()) >= 8]
    if rest:
        rows.append(("others", {name: sum(row[name] for row in rest) for name in OUTCOMES}))
    every = {name: sum(row[name] for row in report["kinds"].values()) for name in OUTCOMES}
    for kind, row in [*rows, ("all", every)]:
        cells = " | ".join(str(row[name] or "") for name in used)
        lines.append(f"| {kind} | {sum(row.values())} | {cells} |")
    facts = [
        ("picture files", sum(folder["files"] for folder in report["folders"])),
        ("of them animations, or TIFF files of several pages", report["several"]),
        ("called damaged, though Pillow reads them", report["damaged_but_read_by_pillow"]),
        ("lines printed by a library", report["printed"]),
        ("tracebacks, dead processes, files not done in time", report["defects"]),
    ]
    summary = "\n".join(["| | files |", "|---|---|", *(f"| {a} | {b} |" for a, b in facts)])
    return {"kinds": "\n".join(lines), "summary": summary}


if __name__ == "__main__":
    sys.exit(main())
