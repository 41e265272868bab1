"""Print the part of CHANGELOG.md on one version, for its release.

python scripts/tools/release_notes.py 0.1.0
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def notes(version: str, changelog: str) -> str:
    """What stands under the heading of ``version``; LookupError if there is none."""
    heading = rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d\n"
    found = re.search(heading + r"(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if found is None:
        raise LookupError(f"CHANGELOG.md has no dated part on {version}.")
    return found[1].strip() + "\n"


def main(version: str) -> str:
    """The notes of ``version``, which must be that of the sources."""
    if f'__version__ = "{version}"' not in (ROOT / "srq/version.py").read_text("utf-8"):
        raise LookupError(f"srq/version.py does not say {version}.")
    return notes(version, (ROOT / "CHANGELOG.md").read_text("utf-8"))


if __name__ == "__main__":
    print(main(sys.argv[1]), end="")
