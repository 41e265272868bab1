"""EXIF as bytes: a small TIFF file without a picture, changed in place.

Rewriting EXIF through a parser loses makers' notes, whose contents point at fixed places. So it
is left as it came, but for the orientation, which ends up applied to the pixels, the link to
a thumbnail, which no longer shows the picture, and the size of a picture that was resized.
"""

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ORIENTATION = 0x0112
_EXIF_DIRECTORY = 0x8769
_HEADER_PLACE = 4  # where the header names the place of the first directory
_SHORT, _LONG = 3, 4

# The tags of a picture's height and width: of TIFF, in the first directory, and of EXIF.
_TIFF_SIZE = (0x0101, 0x0100)
_EXIF_SIZE = (0xA003, 0xA002)


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


def with_size(exif: bytes, height: int, width: int) -> bytes:
    """``exif`` (without prefix) where the tags of the picture's size, if any, say this one."""
    order, data = byte_order(exif), bytearray(exif)
    first = _places(exif)
    _set_longs(data, order, first, dict(zip(_TIFF_SIZE, (height, width), strict=True)))
    if (link := first.get(_EXIF_DIRECTORY)) is not None:
        second = _places(exif, link + 8)
        _set_longs(data, order, second, dict(zip(_EXIF_SIZE, (height, width), strict=True)))
    return bytes(data)


def turn(a: NDArray[Any], orientation: int) -> NDArray[Any]:
    """``a`` (H, W, ...) as it should be seen, for an EXIF orientation from 1 to 8."""
    if orientation in (5, 6, 7, 8):
        a = a.swapaxes(0, 1)
    down = -1 if orientation in (3, 4, 7, 8) else 1
    across = -1 if orientation in (2, 3, 6, 7) else 1
    return np.ascontiguousarray(a[::down, ::across])


def _set_longs(
    data: bytearray, order: str | None, places: Mapping[int, int], values: Mapping[int, int]
) -> None:
    """Write one whole number each into those tags of ``values`` that are there."""
    for tag, value in values.items():
        if tag in places:
            struct.pack_into(f"{order}HII", data, places[tag] + 2, _LONG, 1, value)


def _places(exif: bytes, link: int = _HEADER_PLACE) -> dict[int, int]:
    """Where each tag's 12 bytes begin in the directory whose place stands at ``link``.

    Without ``link`` it is the first directory. Empty if it is damaged.
    """
    order = byte_order(exif)
    if order is None:
        return {}
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, link)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
    except struct.error:
        return {}
    if start + 2 + 12 * count > len(exif):
        return {}
    places = range(start + 2, start + 2 + 12 * count, 12)
    return {struct.unpack_from(f"{order}H", exif, place)[0]: place for place in places}
