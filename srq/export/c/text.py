"""The pieces of C that more than one file is written with."""

from srq.export.text import stamp, symbol
from srq.program import Program


def names(program: Program) -> dict[str, object]:
    """What every template may name: the stamp, and what the Program's names in C begin with.

    ``prefix`` for functions and types, ``P`` for macros; ``state`` is the type of the state.
    """
    prefix = symbol(program)
    return {
        **stamp(program),
        "prefix": prefix,
        "P": prefix.upper(),
        "state": f"{prefix}_state",
    }


def times(factor: int, what: str) -> str:
    """``what`` multiplied, as C."""
    return what if factor == 1 else f"{factor} * {what}"


def minus(what: str, less: int) -> str:
    """``what`` less a number, as C."""
    return f"{what} - {less}" if less else what
