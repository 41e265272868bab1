"""Is a data set that was killed again and again while it was made the one of an undisturbed run?

A run of srq data degrade is killed (SIGKILL) at random times, and each time what a crash of the
machine may do is done to it as well: the last line of a log is torn, a tar loses its tail, a mark
is cut short. At last it is let end. All its hashes must be those of an undisturbed run.

    python -m benchmarks.studies.killed_runs --kills 20
"""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import harness
from srq.datasets.degrading.finish import HASHES
from srq.datasets.degrading.part import RECORDS
from srq.files import sha256_file
from srq.image.io import Picture, write
from srq.provenance import Provenance

RECIPE = """\
[[step]]
kind = "blur"
radius = [0.3, 1.2]
[[step]]
[step.fork]
x2 = [{ kind = "downscale" }, { kind = "noise", sigma = [0.0, 0.03] }]
x2-compressed = [{ kind = "downscale" }, { kind = "jpeg", quality = [40, 95] }]
"""


def main() -> int:
    parser = harness.parser(__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pictures", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, default=harness.RESULTS / "killed_runs.json")
    options = parser.parse_args()
    formats = {}
    for form in ("folder", "tar"):
        with tempfile.TemporaryDirectory() as folder:
            make_pictures(Path(folder) / "in", options.pictures)
            rng = np.random.default_rng(options.seed)
            command = [*degrade(Path(folder) / "in", form), "--jobs", "2"]
            whole, disturbed = Path(folder) / "whole", Path(folder) / "disturbed"
            finish([*command, str(whole)])
            kills = kill_again_and_again([*command, str(disturbed)], disturbed, options.kills, rng)
            finish([*command, str(disturbed)])
            equal = sha256_file(whole / HASHES) == sha256_file(disturbed / HASHES)
            left = [str(path) for path in disturbed.rglob("*.tmp")]
            formats[form] = {"kills": kills, "equal": equal}
            print(f"{form}: {kills} kills, {'equal' if equal else 'DIFFERENT'}; {len(left)} left")
    made = Provenance.now().to_json()
    result = {"made": made, "pictures": options.pictures, "seed": options.seed, "formats": formats}
    harness.write_result(options.json, result)
    return 0 if all(found["equal"] for found in formats.values()) else 1


def make_pictures(folder: Path, count: int, side: int = 192) -> None:
    """Pictures of noise and slopes, for a run to degrade."""
    rng = np.random.default_rng(1)
    for number in range(count):
        noise = rng.integers(0, 64, (side, side + number % 5, 3))
        slope = np.arange(side + number % 5)[None, :, None] * 191 // (side + 5)
        write(folder / f"n{number:03}.png", Picture((noise + slope).astype(np.uint8)))


def degrade(source: Path, form: str) -> list[str]:
    """The command that degrades ``source`` into the folder that is added to it."""
    recipe = source.parent / "two.toml"
    recipe.write_text(RECIPE)
    options = ["--recipe", str(recipe), "--part", "4", "--format", form]
    return [sys.executable, "-m", "srq", "data", "degrade", *options, str(source)]


def finish(command: list[str]) -> None:
    """Let a run end."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def kill_again_and_again(
    command: list[str], out: Path, kills: int, rng: np.random.Generator
) -> int:
    """Begin a run and kill it ``kills`` times, with damage done to ``out`` each time."""
    done = 0
    while done < kills:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        began = RECORDS if out.exists() else ""
        _wait_for(out / began, process)
        time.sleep(rng.uniform(0, 1.5))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            done += 1
        process.wait()
        _damage(out, rng)
    return done


def _wait_for(place: Path, process: subprocess.Popen[bytes]) -> None:
    """Until a run has begun to work, so that it is not killed while Python starts."""
    while not place.exists() and process.poll() is None:
        time.sleep(0.01)


def _damage(out: Path, rng: np.random.Generator) -> None:
    """Cut the ends of a log, a mark and a tar or picture off, and lose some marks."""
    records = out / RECORDS
    for found in (
        sorted(records.glob("*.jsonl")),
        sorted(records.glob("*.json")),
        sorted([*out.glob("*.tar"), *out.glob("lr/*/*.png")]),
    ):
        if found:
            path = found[rng.integers(len(found))]
            data = path.read_bytes()
            path.write_bytes(data[: rng.integers(len(data))])
    for mark in sorted(records.glob("*.json")):
        if rng.random() < 0.1:
            mark.unlink()


if __name__ == "__main__":
    sys.exit(main())
