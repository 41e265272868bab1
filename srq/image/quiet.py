"""What libraries say about odd files beside what they return: kept off the screen.

An error's sentence tells it better, and an oddity that touches no pixel needs no telling.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from srq.image import libtiff

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


for _name in ("PIL", "pillow_heif", "tifffile"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
libtiff.silence()
