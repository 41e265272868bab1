"""Writes docs/reference/cli.md from the commands' own help.

``python -m scripts.tools.cli_reference``
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from srq.cli.app import app
from srq.cli.commands import COMMANDS
from srq.cli.lazy import load
from srq.files import write_text

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
WIDTH = 88

_HEAD = """\
# The command line

Written by `python -m scripts.tools.cli_reference` from the commands' `--help`; a test keeps it
current.

Exit codes: 0 done, 1 a check found a difference, 2 a user's mistake (one sentence on standard
error), 130 interrupted by Ctrl-C, 143 by SIGTERM.
"""


def page() -> str:
    """The whole page, with one section for each command in the order of ``srq --help``."""
    root = typer.main.get_command(app)
    sections = [("srq", _help(root, "srq"))]
    for name, entry in COMMANDS.items():
        sections += _walk(load(name, entry), f"srq {name}")
    return _HEAD + "".join(f"\n## {path}\n\n```\n{text}\n```\n" for path, text in sections)


def _walk(command: Any, path: str) -> Iterator[tuple[str, str]]:
    yield path, _help(command, path)
    for name, child in getattr(command, "commands", {}).items():
        yield from _walk(child, f"{path} {name}")


def _help(command: Any, path: str) -> str:
    # Plain text: the panels that a terminal gets would depend on its width.
    command.rich_markup_mode = None
    ctx = typer.Context(command, info_name=path, terminal_width=WIDTH, max_content_width=WIDTH)
    lines = command.get_help(ctx).strip().splitlines()
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    write_text(PAGE, page())
