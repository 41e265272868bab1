"""How much memory does a large picture take, against its own size?

A synthetic RGB picture is written as PNG, line by line, and upscaled by ``srq upscale`` in a
process of its own, whose peak is compared with the picture's bytes, read and written.

    python -m benchmarks.memory --side 16384
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import harness
from srq.image.png import PngWriter
from srq.provenance import Provenance

MEASURED = """
import resource, sys
from srq.cli.app import main
code = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, file=sys.stderr)
sys.exit(code)
"""


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        source, target = Path(folder) / "in.png", Path(folder) / "out.png"
        make_picture(source, 16)
        least, _ = peak(source, target, options)
        target.unlink()
        if options.picture is None:
            make_picture(source, options.side)
        large = options.picture or source
        most, seconds = peak(large, target, options)
        sizes = {"file": large.stat().st_size, "result_file": target.stat().st_size}
    own = options.side**2 * 3
    report = {
        "made": Provenance.now().to_json(),
        "model": options.model,
        "side": options.side,
        "bytes": {"picture": own, "result": own * 4, **sizes},
        "peak_of_a_tiny_picture": least,
        "peak": most,
        "peak_over_picture": round(most / own, 3),
        "peak_over_result": round(most / (own * 4), 3),
        "seconds": round(seconds, 1),
    }
    harness.keep("memory", report, options.json)
    print(json.dumps(report, indent=2))
    return 0 if most < 3 * own else 1


def make_picture(path: Path, side: int) -> None:
    """Slopes, waves and a little noise, 64 lines at a time."""
    noise = np.random.default_rng(0).integers(0, 4, (64, side, 3), np.uint8)
    x = np.arange(side, dtype=np.float32)
    with open(path, "wb") as stream:
        writer = PngWriter(stream, (side, side), 3, 8)
        for top in range(0, side, 64):
            y = np.arange(top, min(top + 64, side), dtype=np.float32)[:, None]
            waves = 110 + 60 * np.sin(x / 37 + y / 91) + 40 * np.sin(y / 23)
            rows = waves.astype(np.uint8)[..., None] + noise[: len(y)]
            writer.write(rows)
        writer.finish()


def peak(source: Path, target: Path, options: argparse.Namespace) -> tuple[int, float]:
    """The most bytes that a process held, and how long it took."""
    arguments = ["upscale", str(source), str(target), "--model", options.model]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return int(done.stderr.split()[-1]), time.monotonic() - began


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--side", type=int, default=16384)
    parser.add_argument("--picture", type=Path, help="one that make_picture made before")
    parser.add_argument("--model", default="kim-x2")
    parser.add_argument("--folder", type=Path, help="where the pictures go meanwhile")
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
