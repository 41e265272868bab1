"""Picture files, read and written whole: PNG, JPEG, WebP, TIFF and BMP."""

from pathlib import Path

from srq.errors import ImageError
from srq.files import storage_error, write_bytes
from srq.image.decode import decode
from srq.image.encode import FORMATS, encode
from srq.image.picture import Picture

__all__ = ["FORMATS", "Picture", "decode", "encode", "read", "write"]


def read(path: Path | str) -> Picture:
    """The picture in a file, upright, whatever the file's name ends in.

    Raises StorageError if the file cannot be read, and ImageError as ``decode`` does.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise storage_error("read", path, error) from error
    return decode(data, str(path))


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
