"""Why the extension is missing where Python imports srq from a checkout of its sources."""

import sys
from pathlib import Path

from srq.registry import NotBuiltError


def not_built() -> NotBuiltError | None:
    """The error to raise for a checkout without the extension; None where srq is installed."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "pyproject.toml").is_file():
        return None
    reason = f"Python took srq from its sources in {root}, where no extension is built"
    if _is_installed_beside(root):
        return NotBuiltError(
            reason,
            f"start Python in another folder than {root}, and it takes the srq that is installed",
        )
    return NotBuiltError(reason, f"run 'pip install -e .' in {root}, with a C++ compiler at hand")


def _is_installed_beside(root: Path) -> bool:
    """Whether Python would find another srq if it did not look into ``root``."""
    places = {Path(place or ".").resolve() for place in sys.path} - {root}
    return any((place / "srq" / "version.py").is_file() for place in places)
