"""The libtiff that Pillow is linked with, asked past Pillow."""

import ctypes

from PIL import Image


def _library() -> ctypes.CDLL | None:
    """It, or None where it is linked in whole, as on Windows: no name of it can be reached."""
    try:
        library = ctypes.CDLL(Image.core.__file__)
        for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler", "TIFFIsCODECConfigured"):
            getattr(library, name)
    except (AttributeError, OSError):
        return None
    return library


_LIBRARY = _library()


def silence() -> None:
    """Let it no longer print to standard error what it finds in files."""
    if _LIBRARY is None:
        return
    for handler in (_LIBRARY.TIFFSetErrorHandler, _LIBRARY.TIFFSetWarningHandler):
        handler.restype, handler.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
        handler(None)


def has_codec(compression: int) -> bool:
    """Whether it can decode a compression, by TIFF's number; True where that is not known."""
    return _LIBRARY is None or bool(_LIBRARY.TIFFIsCODECConfigured(ctypes.c_uint16(compression)))
