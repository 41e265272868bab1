"""Which pictures a training set's name stands for, and which are left out and why."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from srq.datasets.benchmarks import BENCHMARKS, load_set
from srq.errors import DataError, MissingDependencyError
from srq.files import storage_error

# Each sixth tile of HRluma is kept from training, to choose by.
HELD_OUT = "HRluma-held"
_EACH = 6

TRAINING_SETS = (
    "T91",
    "BSD200",
    "BSDS500test",
    "DIV2Kluma",
    "General100luma",
    "HRluma",
    HELD_OUT,
    "skimage",
)

PICTURE_SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"))

# Photographs inside scikit-image's wheel; its other pictures are drawings, masks,
# micrographs, or fetched from the network when first used.
SKIMAGE_PICTURES = (
    "astronaut.png",
    "brick.png",
    "camera.png",
    "chelsea.png",
    "coffee.png",
    "coins.png",
    "grass.png",
    "gravel.png",
    "hubble_deep_field.jpg",
    "moon.png",
    "motorcycle_left.png",
    "rocket.jpg",
)


@dataclass(frozen=True)
class Exclusion:
    """A picture that no training set hands out."""

    set: str
    picture: str
    reason: str


EXCLUSIONS = (
    Exclusion("BSD200", "302003", "it is Set5's 'woman' at another size, a test picture"),
)


def training_pictures(sources: Sequence[str | Path]) -> tuple[Path, ...]:
    """The picture files of all ``sources``, in a fixed order and without repeats.

    A source is a name of TRAINING_SETS, a folder (searched with all below it) or a picture.
    Raises DataError for a test set, a source that is nothing of these, or an empty folder.
    """
    paths: dict[Path, None] = {}
    for source in sources:
        paths.update(dict.fromkeys(_resolve(source)))
    if not paths:
        raise DataError(
            f"No training set was named; choose {', '.join(TRAINING_SETS)} or a folder."
        )
    return tuple(paths)


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """The picture files in ``folder`` and below it, sorted; hidden files are passed over.

    Raises DataError if there are none, StorageError if a folder cannot be listed.
    """

    def refuse(error: OSError) -> None:
        raise storage_error("read", error.filename or folder, error) from error

    found = [
        Path(parent) / name
        for parent, folders, names in os.walk(folder, onerror=refuse)
        for name in names
        if not name.startswith(".") and Path(name).suffix.lower() in PICTURE_SUFFIXES
    ]
    if not found:
        known = " ".join(sorted(PICTURE_SUFFIXES))
        raise DataError(f"{folder} holds no pictures ({known}); choose another folder.")
    return tuple(sorted(found))


def _resolve(source: str | Path) -> tuple[Path, ...]:
    if source == "skimage":
        return _skimage_pictures()
    if source in ("HRluma", HELD_OUT):
        tiles = enumerate(load_set("HRluma"))
        return tuple(p.path for i, p in tiles if (i % _EACH == 0) == (source == HELD_OUT))
    if source in TRAINING_SETS:
        left_out = {entry.picture for entry in EXCLUSIONS if entry.set == source}
        return tuple(p.path for p in load_set(str(source)) if p.name not in left_out)
    if source in BENCHMARKS:
        raise DataError(
            f"{source} is a test set and must not be trained on; "
            f"choose {', '.join(TRAINING_SETS)} or a folder."
        )
    path = Path(source)
    if path.is_dir():
        return pictures_in(path)
    if path.is_file():
        return (path,)
    raise DataError(
        f"'{source}' is neither a training set ({', '.join(TRAINING_SETS)}) "
        "nor a folder or picture that exists; 'srq data download' fetches public pictures."
    )


def _skimage_pictures() -> tuple[Path, ...]:
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise MissingDependencyError(
            "The training set 'skimage' needs scikit-image; pip install scikit-image."
        )
    folder = Path(spec.origin).parent / "data"
    found = tuple(folder / name for name in SKIMAGE_PICTURES if (folder / name).is_file())
    if not found:
        raise DataError(f"scikit-image's pictures are not in {folder}; install it again.")
    return found
