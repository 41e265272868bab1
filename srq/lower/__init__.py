"""The bridge: a quantized twin becomes a Program. Everything after it is integers."""

from srq.lower.bridge import lower

__all__ = ["lower"]
