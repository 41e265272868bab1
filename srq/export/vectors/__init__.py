"""Test vectors: pictures, and every tensor that a Program makes of them, for hardware teams."""

from srq.export.vectors.exporter import Vectors

__all__ = ["Vectors"]
