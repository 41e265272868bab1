"""Memory that is given back while a large picture is worked on.

What one window leaves behind seldom fits the next, and is kept by the C library: of a picture of
twelve megapixels, several hundred megabytes.
"""

import ctypes
from collections.abc import Callable

LARGE = 4_000_000
"""The pixels from which on a picture is large. Below, there is nothing to win."""


def _trim() -> Callable[[int], int]:
    """glibc's malloc_trim; nothing where the C library is another one."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):
        return lambda _: 0


_TRIM = _trim()


def give_back(pixels: int) -> None:
    """Return to the system what is free, where a picture of so many ``pixels`` is worked on."""
    if pixels >= LARGE:
        _TRIM(0)
