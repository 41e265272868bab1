"""The arithmetic of every integer in srq: formats, rounding, saturation. NumPy only."""

from srq.fixed.format import MAX_BITS, MAX_FRAC, Format
from srq.fixed.requantize import MAX_SHIFT, requantize, saturate

__all__ = ["MAX_BITS", "MAX_FRAC", "MAX_SHIFT", "Format", "requantize", "saturate"]
