"""How much processor time does a photograph take from file to larger file, before and after?

A photograph of 2 megapixels is made of those of scikit-image. Measured are user's and system's
seconds of whole processes: of ``srq upscale`` with one picture, and with a folder of several, from
which follows what one picture more takes; and of ``srq.upscale`` on an array, its process's start
left out. The least of several rounds counts. ``--before`` names the Python of another checkout's
environment: its srq does the same in turns with this one.

    python -m benchmarks.pictures --before ../old/.venv/bin/python
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks import harness
from srq.provenance import Provenance

NOW, BEFORE = "now", "before"

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png"}

IN_MEMORY = """
import sys, time
from srq import load, upscale
from srq.image.io import read
engine = load(sys.argv[2], threads=int(sys.argv[3]))
pixels = read(sys.argv[1]).pixels
luma = pixels[..., 1].copy()
def least(work):
    taken = []
    for _ in range(3):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)
print(least(lambda: upscale(pixels, engine)), least(lambda: engine(luma)))
"""
"""Prints the processor time of a picture in memory, and that of the network alone."""


def main() -> int:
    options = _options()
    pythons = {NOW: sys.executable}
    if options.before is not None:
        pythons[BEFORE] = str(options.before.absolute())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        height, width = write_pictures(folder, options)
        measures = {
            (task, who): partial(measure, python, folder / who)
            for who, python in pythons.items()
            for task, measure in tasks(folder, options).items()
        }
        for (task, _), run in measures.items():
            if task == "JPEG to PNG":
                run()  # What Python compiles is kept, in a folder of its own.
        taken = harness.in_turns(measures, options.rounds)
        sizes = {
            who: {
                kind: (folder / who / f"one{suffix}").stat().st_size
                for kind, suffix in SUFFIXES.items()
            }
            for who in pythons
        }
    seconds = {who: _least(taken, who, options.pictures) for who in pythons}
    report = {
        "made": Provenance.now().to_json(),
        "model": options.model,
        "picture": [width, height],
        "threads": options.threads,
        "rounds": options.rounds,
        "pictures": options.pictures,
        "load": round(os.getloadavg()[0], 1),
        "seconds": seconds,
        "bytes": sizes,
    }
    if options.before is not None:
        report["before_over_now"] = {
            task: round(seconds[BEFORE][task] / seconds[NOW][task], 2) for task in seconds[NOW]
        }
    harness.keep("pictures", report, options.json)
    print(json.dumps(report, indent=2))
    return 0


def photograph(height: int, width: int) -> NDArray[np.uint8]:
    """A colour picture, laid of scikit-image's photographs side by side."""
    from skimage import data

    tiles = [data.astronaut(), data.coffee(), data.chelsea(), data.rocket()]
    made = np.empty((height, width, 3), np.uint8)
    for number, (top, left) in enumerate(np.ndindex(-(-height // 300), -(-width // 450))):
        part = made[top * 300 : top * 300 + 300, left * 450 : left * 450 + 450]
        part[...] = tiles[number % len(tiles)][: part.shape[0], : part.shape[1]]
    return made


def write_pictures(folder: Path, options: argparse.Namespace) -> tuple[int, int]:
    """The picture as one.jpg and as the several of the folder ``many``; its height and width."""
    one, many = folder / "one.jpg", folder / "many"
    if options.picture is None:
        Image.fromarray(photograph(1080, 1920)).save(one, quality=90)
    else:
        shutil.copy(options.picture, one)
    many.mkdir()
    for number in range(options.pictures):
        shutil.copy(one, many / f"{number}.jpg")
    for who in (NOW, BEFORE):
        (folder / who).mkdir()
    with Image.open(one) as picture:
        return picture.height, picture.width


def tasks(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """What is measured: functions of a Python and of a folder for results."""
    given = ["--model", options.model, "--threads", str(options.threads), "--force"]

    def command(source: str, target: str, more: list[str], python: str, own: Path) -> float:
        arguments = [str(folder / source), str(own / target), *given, *more]
        return processor_seconds([python, "-m", "srq", "upscale", *arguments], own)

    def in_memory(python: str, own: Path) -> list[float]:
        arguments = [str(folder / "one.jpg"), options.model, str(options.threads)]
        return [float(word) for word in _run([python, "-c", IN_MEMORY, *arguments], own).split()]

    made: dict[str, Any] = {"in memory": in_memory}
    for kind, suffix in SUFFIXES.items():
        made[f"JPEG to {kind}"] = partial(command, "one.jpg", f"one{suffix}", [])
        many = partial(command, "many", f"many{suffix}", ["--format", suffix[1:]])
        made[f"JPEG to {kind}, folder"] = many
    return made


def processor_seconds(command: list[str], own: Path) -> float:
    """What a process took of the processor."""
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(command, own)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime


def _run(command: list[str], own: Path) -> str:
    # From elsewhere, since a checkout's own srq would come before the environment's.
    kept = {**os.environ, "PYTHONPYCACHEPREFIX": str(own / "compiled")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    kept.pop("PYTHONPATH", None)
    done = subprocess.run(command, cwd=own, env=kept, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def _least(taken: Mapping[tuple[str, str], list[Any]], who: str, pictures: int) -> dict[str, float]:
    """The least seconds of each task, and what one picture more of a folder took."""
    least = {task: min(found) for (task, whose), found in taken.items() if whose == who}
    memory, network = zip(*taken["in memory", who], strict=True)
    seconds = {"the network alone": min(network), "array to array": min(memory)}
    for kind in SUFFIXES:
        one, many = least[f"JPEG to {kind}"], least[f"JPEG to {kind}, folder"]
        seconds[f"JPEG to {kind}, the command"] = one
        seconds[f"JPEG to {kind}, one picture more of a folder"] = (many - one) / (pictures - 1)
    return {task: round(found, 4) for task, found in seconds.items()}


def tables() -> dict[str, str]:
    """The table of processor times before and after, by its name."""
    found = harness.newest("pictures")
    return {"before_and_after": "\n\n".join(map(_table, found.values())) or "Not measured yet."}


def _table(result: dict[str, Any]) -> str:
    width, height = result["picture"]
    lines = [
        f"{result['model']}, a photograph of {width}x{height}, {result['threads']} thread(s), least"
        f" of {result['rounds']} rounds, load of the machine {result['load']}.",
        "",
        "| seconds of the processor | before | now | before / now |",
        "|---|---:|---:|---:|",
    ]
    ratios = result.get("before_over_now", {})
    for task, seconds in result["seconds"][NOW].items():
        before = result["seconds"].get(BEFORE, {}).get(task)
        shown = "" if before is None else f"{before:.2f}"
        ratio = f"{ratios[task]:.1f}" if task in ratios else ""
        lines.append(f"| {task} | {shown} | {seconds:.2f} | {ratio} |")
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--before", type=Path, metavar="PYTHON", help="of another checkout")
    parser.add_argument("--picture", type=Path, help="a JPEG, in place of the made one")
    parser.add_argument("--model", default="kim-x2")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pictures", type=int, default=3, help="of the folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
