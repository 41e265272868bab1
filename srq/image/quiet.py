"""What libraries say about odd files beside what they return: kept off the screen.

An error's sentence tells it better, and an oddity that touches no pixel needs no telling.
"""

import ctypes
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from PIL import Image

_lock = Lock()
_inside = 0
_before: warnings.catch_warnings | None = None


@contextmanager
def quietly() -> Iterator[None]:
    """No warning is shown within the block, nor within others that run beside it in threads.

    ``warnings.catch_warnings`` alone would give threads back each other's filters.
    """
    global _inside, _before
    with _lock:
        _inside += 1
        if _inside == 1:
            _before = warnings.catch_warnings()
            _before.__enter__()
            warnings.simplefilter("ignore")
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and _before is not None:
                _before.__exit__(None, None, None)


def _silence() -> None:
    """Let neither the loggers of Pillow and its like nor libtiff write to standard error."""
    for name in ("PIL", "pillow_heif", "tifffile"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    try:
        # The libtiff that Pillow is linked with prints what it finds, past Python.
        library = ctypes.CDLL(Image.core.__file__)
        for handler in (library.TIFFSetErrorHandler, library.TIFFSetWarningHandler):
            handler.restype, handler.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
            handler(None)
    except (AttributeError, OSError):
        return  # Linked in whole, as on Windows: no name of it can be reached.


_silence()
