"""Writing 16-bit PNG, which Pillow cannot do for colour or alpha."""

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srq.image.picture import Picture

_COLOUR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}  # by the number of channels
_SUB, _UP = 1, 2


def encode_png16(picture: Picture) -> bytes:
    """The PNG file of a uint16 picture, with its profile and EXIF."""
    channels = np.atleast_3d(picture.channels())
    height, width, count = channels.shape
    header = struct.pack(">IIBBBBB", width, height, 16, _COLOUR_TYPE[count], 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", header)]
    if picture.icc is not None:
        parts.append(_chunk(b"iCCP", b"icc\0\0" + zlib.compress(picture.icc)))
    if picture.exif is not None:
        parts.append(_chunk(b"eXIf", picture.exif))
    parts += [_chunk(b"IDAT", zlib.compress(_filtered(channels))), _chunk(b"IEND", b"")]
    return b"".join(parts)


def _filtered(channels: NDArray[Any]) -> bytes:
    """Rows of differences, each from the left or from above, whichever is the smaller."""
    height, _, count = channels.shape
    rows = channels.astype(">u2").reshape(height, -1).view(np.uint8)
    left, above = rows.copy(), rows.copy()
    left[:, 2 * count :] -= rows[:, : -2 * count]
    above[1:] -= rows[:-1]
    use_left = _effort(left) <= _effort(above)
    out = np.empty((height, rows.shape[1] + 1), np.uint8)
    out[:, 0] = np.where(use_left, _SUB, _UP)
    out[:, 1:] = np.where(use_left[:, None], left, above)
    return out.tobytes()


def _effort(differences: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The sum of each row's differences taken as signed bytes: the usual guess at its cost."""
    return np.minimum(differences, -differences).sum(axis=1, dtype=np.int64)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
