"""Noisy pictures by what made them, to fit a noise model to."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srq.datasets.lists import PICTURE_SUFFIXES, pictures_in
from srq.datasets.pictures import read_uint8
from srq.errors import DataError
from srq.files import storage_error


def noisy_sources(folder: Path) -> dict[str, Iterator[NDArray[np.uint8]]]:
    """The pictures of each source below ``folder``, read one by one.

    Each folder in it is a source; where there are none, each picture is one, by its name
    without suffix. Raises DataError where there is nothing, or pictures stand beside folders.
    """
    try:
        folders = sorted(entry for entry in folder.iterdir() if entry.is_dir())
        loose = any(entry.suffix.lower() in PICTURE_SUFFIXES for entry in folder.iterdir())
    except OSError as error:
        raise storage_error("read", folder, error) from error
    if folders and loose:
        raise DataError(
            f"{folder} holds both pictures and folders; put each source into a folder, or all "
            "pictures into none."
        )
    if folders:
        return {entry.name: _read(pictures_in(entry)) for entry in folders}
    return {picture.stem: _read((picture,)) for picture in pictures_in(folder)}


def _read(paths: tuple[Path, ...]) -> Iterator[NDArray[np.uint8]]:
    return (read_uint8(path) for path in paths)
