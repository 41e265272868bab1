"""EXIF as bytes: a small TIFF file without a picture, changed in place.

Rewriting EXIF through a parser loses makers' notes, whose contents point at fixed places. So it
is left as it came, but for the orientation, which ends up applied to the pixels, and the link to
a thumbnail, which no longer shows the picture.
"""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ORIENTATION = 0x0112
_SHORT = 3


def byte_order(exif: bytes) -> str | None:
    """``struct``'s sign for the byte order that a TIFF header names; None if it is no such."""
    return {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])


def entries(exif: bytes) -> dict[int, bytes]:
    """Each tag of the first directory with its 12 bytes; empty if it is damaged."""
    return {tag: exif[place : place + 12] for tag, place in _places(exif).items()}


def upright(exif: bytes | None) -> tuple[bytes | None, int]:
    """``exif`` without prefix, thumbnail and orientation, and the orientation (1 to 8) it had.

    Damaged EXIF is dropped: it gives (None, 1).
    """
    exif = (exif or b"").removeprefix(b"Exif\0\0")
    places = _places(exif)
    if not places:
        return None, 1
    order, data, orientation = byte_order(exif), bytearray(exif), 1
    if place := places.get(_ORIENTATION):
        kind, value = struct.unpack_from(f"{order}2xH4xH", data, place)
        if kind == _SHORT and 1 <= value <= 8:
            orientation = value
        struct.pack_into(f"{order}HIHH", data, place + 2, _SHORT, 1, 1, 0)
    link = max(places.values()) + 12
    data[link : link + 4] = bytes(len(data[link : link + 4]))
    return bytes(data), orientation


def turn(a: NDArray[Any], orientation: int) -> NDArray[Any]:
    """``a`` (H, W, ...) as it should be seen, for an EXIF orientation from 1 to 8."""
    if orientation in (5, 6, 7, 8):
        a = a.swapaxes(0, 1)
    down = -1 if orientation in (3, 4, 7, 8) else 1
    across = -1 if orientation in (2, 3, 6, 7) else 1
    return np.ascontiguousarray(a[::down, ::across])


def _places(exif: bytes) -> dict[int, int]:
    """Where each tag's 12 bytes of the first directory begin; empty if it is damaged."""
    order = byte_order(exif)
    if order is None:
        return {}
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
    except struct.error:
        return {}
    if start + 2 + 12 * count > len(exif):
        return {}
    places = range(start + 2, start + 2 + 12 * count, 12)
    return {struct.unpack_from(f"{order}H", exif, place)[0]: place for place in places}
