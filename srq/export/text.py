"""What exporters write text with: their templates, a Program's names, lists of integers."""

import re
from collections.abc import Iterable
from importlib import resources
from string import Template

from srq.program import Program
from srq.version import __version__

LONGEST_NAME = 48
"""The characters of an identifier."""


class _Template(Template):
    delimiter = "@"  # which none of the languages written here needs


def fill(template: str, /, **values: object) -> str:
    """The text of ``EXPORTER/TEMPLATE`` with every ``@key`` or ``@{key}`` replaced.

    The file is ``srq/export/EXPORTER/templates/TEMPLATE.in``. Raises KeyError for a key in it
    that ``values`` lack; ``@@`` is a plain one.
    """
    exporter, name = template.split("/")
    file = resources.files("srq.export") / exporter / "templates" / f"{name}.in"
    return _Template(file.read_text(encoding="utf-8")).substitute(values)


def stamp(program: Program) -> dict[str, object]:
    """What a file says of where it comes from: ``title``, ``fingerprint``, srq's ``version``.

    Also ``scale``, and the formats of the input and the output in bits, ``in_bits`` and
    ``out_bits``.
    """
    return {
        "title": title(program),
        "fingerprint": program.fingerprint,
        "version": __version__,
        "scale": program.scale,
        "in_bits": program.input_value.format.bits,
        "out_bits": program.output_value.format.bits,
    }


def identifier(program: Program) -> str:
    """The Program's name in lower-case letters, digits and underscores: ``kim_x2``.

    ``program`` where it has no name. It may begin with a digit or be a keyword somewhere; a
    ``symbol`` does not and is none.
    """
    name = re.sub(r"[^a-z0-9]+", "_", program.name.lower()).strip("_")
    return name[:LONGEST_NAME] or "program"


def symbol(program: Program) -> str:
    """What a linker or another file knows the Program by: ``srq_kim_x2``."""
    return f"srq_{identifier(program)}"


def title(program: Program) -> str:
    """The Program's name as it may stand in a comment of any language: one line of ASCII letters,
    digits and ``_.+-``, with no sign that could end the comment."""
    name = re.sub(r"[^\w.+-]+", " ", program.name, flags=re.ASCII).strip()
    return name or "(no name)"


def heading(program: Program) -> str:
    """The Program's name as it may stand in a page: one line of any letters; it may be empty."""
    return " ".join(program.name.split())


def literal(n: int) -> str:
    """An integer of 32 bits in C: -2147483648 would be the negation of a number that is no int."""
    return "-2147483647 - 1" if n == -(1 << 31) else str(n)


def indented(lines: Iterable[str], by: int = 4) -> str:
    """``lines``, each indented, as one text."""
    return "\n".join(" " * by + line if line else "" for line in lines)


def listed(items: Iterable[str], width: int) -> list[str]:
    """``items`` with commas between them, in lines of at most ``width`` where an item allows it.

    Room for a comma is left at the end of each line, the last included.
    """
    lines: list[str] = []
    for item in items:
        if lines and len(f"{lines[-1]}, {item},") <= width:
            lines[-1] += f", {item}"
        else:
            if lines:
                lines[-1] += ","
            lines.append(item)
    return lines
