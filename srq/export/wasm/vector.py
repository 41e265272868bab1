"""A picture and what must become of it, for the folder's check and its page."""

import json
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from srq.program import Program
from srq.program.reference import Reference
from srq.stimuli.sets import for_check


def vector(program: Program) -> dict[str, bytes]:
    """``vector/luma.raw`` and ``larger.raw``, row by row, low byte first; their sizes; a PNG."""
    luma = for_check(program.input.format).picture
    larger = Reference(program)(luma)
    height, width = luma.shape
    about = {
        "program": program.fingerprint,
        "width": width,
        "height": height,
        "scale": program.scale,
        "bits": [program.input.format.bits, program.output_value.format.bits],
    }
    files = {
        "vector/vector.json": (json.dumps(about, indent=2) + "\n").encode(),
        "vector/luma.raw": _raw(luma),
        "vector/larger.raw": _raw(larger),
    }
    return files | {"sample.png": png(luma)} if luma.dtype == np.uint8 else files


def _raw(pixels: NDArray) -> bytes:
    return pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()


def png(gray: NDArray[np.uint8]) -> bytes:
    """A PNG of 8-bit gray. It is not packed, as each zlib packs otherwise."""
    height, width = gray.shape
    rows = b"".join(b"\0" + row.tobytes() for row in gray)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
