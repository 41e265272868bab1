"""Where the public weights of other people's networks stand; none of them ship."""

import os
from pathlib import Path

from srq.datasets.benchmarks import data_root
from srq.errors import DataError

VARIABLE = "SRQ_PEERS"


def peers_root() -> Path:
    """The folder of the peers' files: SRQ_PEERS or, where that is unset, ``peers`` beside the
    data sets. Raises DataError if there is no such folder."""
    chosen = os.environ.get(VARIABLE)
    root = Path(chosen) if chosen else data_root().parent / "peers"
    if not root.is_dir():
        raise DataError(
            f"The peers' weights are not in {root}; set {VARIABLE} to the folder of their .npz"
            " files."
        )
    return root


def find_peer(name: str) -> Path:
    """The file ``name`` (its .npz may be left out) among the peers' files."""
    root = peers_root()
    path = root / (name if name.endswith(".npz") else f"{name}.npz")
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in root.glob("*.npz"))) or "none"
        raise DataError(f"There are no weights of a peer called '{name}'; at hand are: {known}.")
    return path
