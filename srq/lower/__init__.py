"""The bridge: a quantized twin becomes a Program. Everything after it is integers."""

from srq.callable_package import make_callable
from srq.lower.bridge import lower

__all__ = ["lower"]

make_callable(__name__)
