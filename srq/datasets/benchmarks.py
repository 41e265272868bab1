"""The field's test sets, found by SRQ_DATA and checked against their manifest."""

import csv
import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from srq.errors import DataError
from srq.files import storage_error
from srq.image.io import read
from srq.registry import suggestion

BENCHMARKS = ("Set5", "Set14", "B100", "Urban100")
VARIABLE = "SRQ_DATA"

_HOW = (
    f"set {VARIABLE} to the folder that holds MANIFEST.csv and the sets, or fetch pictures with"
    " 'srq data download' and name their folder"
)


@dataclass(frozen=True)
class BenchmarkPicture:
    """One picture of a set; its pixels are read, and checked, each time they are asked for.

    ``sha256`` is that of the decoded pixels. A picture marked gray (Set14's bridge) is its
    own luma as it stands; one whose channels merely happen to be equal is not marked.
    """

    name: str
    path: Path
    is_gray: bool
    sha256: str

    @property
    def rgb_or_gray(self) -> np.ndarray:
        """The pixels, uint8: (H, W) if ``is_gray``, else (H, W, 3).

        Raises DataError if they are not those of the manifest.
        """
        pixels = read(self.path).pixels
        if self.is_gray and pixels.ndim == 3:
            # WebP has no gray: the three channels are copies.
            pixels = pixels[..., 0]
        elif not self.is_gray and pixels.ndim == 2:
            pixels = np.stack([pixels] * 3, axis=-1)
        found = hashlib.sha256(pixels.tobytes()).hexdigest()
        if found != self.sha256:
            raise DataError(
                f"{self.path} is not the picture its manifest names (its pixels have SHA-256 "
                f"{found[:12]}..., not {self.sha256[:12]}...); fetch the set again."
            )
        return pixels


def data_root() -> Path:
    """The folder of the sets: SRQ_DATA or, where that is unset, ``../shared/data``.

    The latter is looked for from the current folder, then from srq's own source tree.
    Raises DataError, saying how to set SRQ_DATA, if there is no such folder.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        root = Path(chosen)
        if not root.is_dir():
            raise DataError(f"{VARIABLE} is {chosen}, which is no folder; {_HOW}.")
        return root
    for start in (Path.cwd(), Path(__file__).resolve().parents[2]):
        root = start.parent / "shared" / "data"
        if root.is_dir():
            return root.resolve()
    raise DataError(f"The data sets were not found in ../shared/data; {_HOW}.")


def load_set(name: str) -> tuple[BenchmarkPicture, ...]:
    """The pictures of any set of the manifest, training sets included, in order of name."""
    root = data_root()
    rows = _manifest(root / "MANIFEST.csv")
    if name not in rows:
        hint = suggestion(name, sorted(rows))
        raise DataError(f"There is no set called '{name}' in {root}; {hint}")
    return rows[name]


def load_benchmark(name: str) -> tuple[BenchmarkPicture, ...]:
    """The pictures of a test set, one of BENCHMARKS, in order of name; read lazily.

    Raises DataError if it is not a test set, or its files are not at hand.
    """
    if name not in BENCHMARKS:
        raise DataError(f"'{name}' is no test set; {suggestion(name, BENCHMARKS)}")
    return load_set(name)


@lru_cache
def _manifest(path: Path) -> dict[str, tuple[BenchmarkPicture, ...]]:
    sets: dict[str, list[BenchmarkPicture]] = {}
    try:
        with open(path, newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                file = path.parent / row["set"] / row["file"]
                picture = BenchmarkPicture(
                    file.stem, file, row["mode"] == "L", row["sha256_pixels"]
                )
                sets.setdefault(row["set"], []).append(picture)
    except FileNotFoundError:
        raise DataError(f"{path.parent} holds no MANIFEST.csv; {_HOW}.") from None
    except OSError as error:
        raise storage_error("read", path, error) from error
    except (KeyError, TypeError):
        raise DataError(
            f"{path} lacks one of the columns set, file, mode, sha256_pixels; fetch it again."
        ) from None
    return {name: tuple(sorted(found, key=lambda p: p.name)) for name, found in sets.items()}
