"""A Program as a user shader for mpv and everything else that has libplacebo."""

from srq.export.glsl.exporter import Glsl

__all__ = ["Glsl"]
