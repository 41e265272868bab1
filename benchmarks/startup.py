"""How long does srq take before it begins to work?

Processor time, user's and system's, of whole processes; the least of several rounds, and its
ratio to that of a Python interpreter which does nothing. tests/cli/test_lazy.py has what is
imported.

    python -m benchmarks.startup
"""

import argparse
import json
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks import harness
from srq.provenance import Provenance

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
    measures = {
        name: partial(processor_seconds, arguments) for name, arguments in CONTESTANTS.items()
    }
    taken = harness.in_turns(measures, options.rounds)
    least = {name: min(seconds) for name, seconds in taken.items()}
    bare = least[next(iter(CONTESTANTS))]
    report = {
        "made": Provenance.now().to_json(),
        "rounds": options.rounds,
        "rows": {
            name: {"seconds": round(seconds, 3), "over_python": round(seconds / bare, 2)}
            for name, seconds in least.items()
        },
    }
    harness.keep("startup", report, options.json)
    print(json.dumps(report, indent=2))
    return 0


def processor_seconds(arguments: list[str]) -> float:
    """What a Python of these arguments took of the processor, its start and end included."""
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime


def _options() -> argparse.Namespace:
    parser = harness.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", type=Path, help="write the result there alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
