"""A typer group that imports a command's module only when that command is used."""

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from srq.cli.commands import COMMANDS
from srq.registry import Entry


def load(name: str, entry: Entry) -> Any:
    """Import the typer app that ``entry`` names; the command (or group) ``name`` that it provides.

    Raises LookupError if it provides no command of that name, which is a mistake in the list.
    """
    app: typer.Typer = entry.load()
    holder = typer.Typer(add_completion=False)
    # Without a name here, a named app arrives as a group and an unnamed one as its commands.
    holder.add_typer(app)
    provided = typer.main.get_group(holder).commands
    if name not in provided:
        raise LookupError(f"{entry.target} provides {sorted(provided)}, not {name!r}")
    return provided[name]


class LazyGroup(TyperGroup):
    """Lists ``COMMANDS`` from their help lines, and loads a command when it is resolved."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, entry in COMMANDS.items():
            self.commands[name] = TyperCommand(name, help=entry.help)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The named command, loaded, with its name and the arguments left for it."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and name in COMMANDS:
            command = load(name, COMMANDS[name])
        return name, command, rest
