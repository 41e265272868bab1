"""How integers lie in the textures between two passes, so that none is lost.

A player keeps what a pass saves in textures of half floats (``rgba16f``), which hold integers
only up to 2048: 11 bits, and an activation has 14. But a half float has 16 bits. So an integer
of more than 11 bits goes in as the half float whose bit pattern is that integer plus a
constant. All these are normal numbers between 2^-8 and 2^8; they pass a half float, and a
float as well, unchanged.
"""

from dataclasses import dataclass
from typing import Literal

from srq.fixed import Format

Textures = Literal["half", "unorm", "float"]

TEXTURES: dict[str, str] = {
    "half": "exact in rgba16f and rgba32f",
    "unorm": "exact in rgba16 and rgba32f",
    "float": "exact in rgba32f, rounded to 11 bits in rgba16f",
}
"""Every way by name, with the textures that it is exact in."""

_HALF_WHOLE = 1 << 11  # every integer up to here is a half float
_HALF_BITS = 14
_LEAST_EXPONENT = 127 - 8
_TWO_23 = 0x4B000000  # the pattern of the float 2^23: with n < 2^23 in its low bits, 2^23 + n
_HALF_FROM = 13  # a float's pattern has 13 bits more than a half float's


@dataclass(frozen=True)
class Texel:
    """How the integers of one format lie in a texture.

    name: tells it from other ways, fit for a part of a GLSL name.
    decode: the GLSL expression of four integers as floats, given a texel ``t``.
    encode: the GLSL expression of the texel, given four integers as floats, ``n``.
    """

    name: str
    decode: str
    encode: str


def texel_of(fmt: Format, textures: str) -> Texel | None:
    """The texel of a format, or None where these textures cannot hold it."""
    if textures == "unorm":
        return _unorm(fmt)
    if textures == "float" or (fmt.lo >= -_HALF_WHOLE and fmt.hi <= _HALF_WHOLE):
        return Texel("plain", "t", "n")
    return _half(fmt) if fmt.bits <= _HALF_BITS else None


def _half(fmt: Format) -> Texel:
    least = (_LEAST_EXPONENT << 23) >> _HALF_FROM
    whole = (1 << 23) + least - fmt.lo
    return Texel(
        _name(fmt),
        f"intBitsToFloat((floatBitsToInt(t) >> {_HALF_FROM}) | {_TWO_23:#x}) - {whole}.0",
        f"intBitsToFloat((ivec4(n) + {least - fmt.lo}) << {_HALF_FROM})",
    )


def _unorm(fmt: Format) -> Texel:
    return Texel(
        _name(fmt),
        f"floor(t * 65535.0 + 0.5) - {-fmt.lo}.0",
        f"(n + {-fmt.lo}.0) / 65535.0",
    )


def _name(fmt: Format) -> str:
    return f"{'s' if fmt.signed else 'u'}{fmt.bits}"
