"""What a command writes, for machines and for people, and the options that say so.

A command with a result that a machine would read takes ``json: JsonFile = None`` and ends
with ``write_json(result, json)``; it prints for people on ``console(json)``, tables by
``aligned``.
"""

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srq.files import write_text

if TYPE_CHECKING:
    from rich.console import Console

JsonFile = Annotated[
    Path | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Write the result as JSON to FILE; '-' is standard output, kept free of other text.",
        show_default=False,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing on the way.")]
STANDARD_OUTPUT = Path("-")


def settings_option(help_text: str) -> Any:
    """The option ``--set KEY=VALUE``, which changes a configuration and may be repeated."""
    return typer.Option("--set", metavar="KEY=VALUE", help=help_text, show_default=False)


def console(json_file: Path | None = None) -> "Console":
    """The console for people: standard output, or standard error where JSON takes that."""
    from rich.console import Console

    return Console(stderr=json_file == STANDARD_OUTPUT, highlight=False)


def aligned(rows: Sequence[Sequence[str]], *, left: Sequence[int] = ()) -> list[str]:
    """Rows of cells as aligned lines of text, the same on a terminal, in a pipe and in a log.

    Cells stand two spaces apart; the columns ``left`` flush left, others right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if index in left else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def write_json(result: Any, json_file: Path | None) -> None:
    """Write ``result`` (dicts, lists, strings, numbers, None) as JSON where the user asked.

    Nothing is written for None. A number that JSON cannot say (an infinite PSNR, NaN)
    becomes null. Raises StorageError where the file system refuses.
    """
    if json_file is None:
        return
    text = json.dumps(_finite(result), indent=2, allow_nan=False) + "\n"
    if json_file == STANDARD_OUTPUT:
        sys.stdout.write(text)
    else:
        write_text(json_file, text)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
