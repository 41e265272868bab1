"""The exporter's templates, and the pieces of C that more than one file is written with."""

import re
from collections.abc import Iterable
from importlib import resources
from string import Template

from srq.export.names import identifier
from srq.program import Program


class _Template(Template):
    delimiter = "@"


def fill(name: str, /, **values: object) -> str:
    """The text of ``templates/c/NAME`` with every ``@key`` or ``@{key}`` replaced."""
    folder = resources.files("srq.export") / "templates" / "c"
    return _Template((folder / name).read_text(encoding="utf-8")).substitute(values)


def prefix_of(program: Program) -> str:
    """What every name that the linker or another file sees begins with: ``srq_kim_x2``."""
    return f"srq_{identifier(program)}"


def title_of(program: Program) -> str:
    """The Program's name as it may stand in a comment of any language: one line of ASCII."""
    name = re.sub(r"[^ -~]+", " ", program.name).strip()
    return re.sub(r"[*/\\?]+", "-", name) or "(no name)"


def indented(lines: list[str], by: int = 4) -> str:
    """``lines``, each indented, as one text."""
    return "\n".join(" " * by + line if line else "" for line in lines)


def wrapped(items: Iterable[str], width: int = 90) -> list[str]:
    """``items`` with commas between them, in lines of about ``width``."""
    lines = [""]
    for item in items:
        longer = f"{lines[-1]}, {item}" if lines[-1] else item
        if len(longer) > width and lines[-1]:
            lines[-1] += ","
            lines.append(item)
        else:
            lines[-1] = longer
    return lines


def times(factor: int, what: str) -> str:
    """``what`` multiplied, as C."""
    return what if factor == 1 else f"{factor} * {what}"


def minus(what: str, less: int) -> str:
    """``what`` less a number, as C."""
    return f"{what} - {less}" if less else what
