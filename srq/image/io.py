"""Picture files, read and written whole, in the formats of ``FORMATS``."""

from pathlib import Path

from srq.errors import ImageError
from srq.files import storage_error, write_bytes
from srq.image.decode import decode, decode_first
from srq.image.encode import FORMATS, encode
from srq.image.frames import Frames, frames_of
from srq.image.picture import Picture

__all__ = ["FORMATS", "Frames", "Picture", "decode", "encode", "read", "read_any", "write"]


def read(path: Path | str) -> Picture:
    """The picture in a file, upright, whatever the file's name ends in.

    Raises StorageError if the file cannot be read, and ImageError as ``decode`` does, also where
    it holds several pictures.
    """
    return decode(_bytes_of(path), str(path))


def read_any(path: Path | str) -> Picture | Frames:
    """The picture in a file, or its pictures where it holds several; raises as ``read`` does."""
    data = _bytes_of(path)
    frames = frames_of(data, str(path))
    return decode_first(data, str(path)) if frames is None else frames


def _bytes_of(path: Path | str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise storage_error("read", path, error) from error


def write(path: Path | str, picture: Picture, *, quality: int = 95, lossless: bool = False) -> None:
    """Write ``picture`` in the format that the suffix of ``path`` names, whole or not at all.

    Raises StorageError if the file cannot be written, and ImageError as ``encode`` does.
    """
    path = Path(path)
    try:
        data = encode(picture, path.suffix, quality=quality, lossless=lossless)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error
    write_bytes(path, data)
