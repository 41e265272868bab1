"""How long does srq take before it begins to work?

Processor time, user's and system's, of whole processes; the least of several rounds, beside
that of a Python interpreter which does nothing. tests/cli/test_lazy.py has what is imported.

    python benchmarks/startup.py
"""

import argparse
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from srq.evaluate.result import circumstances
from srq.files import write_text

RESULTS = Path(__file__).parent / "results"

CONTESTANTS = {
    "python": ["-c", "pass"],
    "import srq": ["-c", "import srq"],
    "srq --help": ["-m", "srq", "--help"],
    "srq info kim-x2": ["-m", "srq", "info", "kim-x2"],
    "import numpy": ["-c", "import numpy"],
}
"""What is run, by its name: the arguments of Python. The first is what the others are
measured against."""


def main() -> int:
    options = _options()
    least = dict.fromkeys(CONTESTANTS, float("inf"))
    for _ in range(options.rounds):
        for name, arguments in CONTESTANTS.items():
            least[name] = min(least[name], processor_seconds(arguments))
    bare = least[next(iter(CONTESTANTS))]
    report = {
        "made": circumstances(),
        "load": os.getloadavg()[0],
        "rounds": options.rounds,
        "rows": {
            name: {"seconds": round(seconds, 3), "over_python": round(seconds / bare, 2)}
            for name, seconds in least.items()
        },
    }
    write_text(options.json, json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))
    return 0


def processor_seconds(arguments: list[str]) -> float:
    """What a Python of these arguments took of the processor, its start and end included."""
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", type=Path, default=RESULTS / "startup.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
