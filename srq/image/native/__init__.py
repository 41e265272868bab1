"""The slow parts of the way from file to larger picture, compiled; NumPy's forms say what they do.

``pixels`` is the extension, or None where it was not built (there was no compiler) or belongs to
another version of srq. Who uses it has a NumPy form too, and both give the same bytes.
"""

from types import ModuleType

INTERFACE = 6
"""What the extension must have been built for: the functions of ``_pixels.pyi``."""

pixels: ModuleType | None
try:
    import srq.image.native._pixels as pixels
except ImportError:
    pixels = None
else:
    if getattr(pixels, "interface", None) != INTERFACE:
        pixels = None
