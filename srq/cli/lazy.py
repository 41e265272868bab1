"""A typer group that imports a command's module only when that command is used."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from srq.cli.commands import COMMANDS, Command


def load(entry: Command) -> Any:
    """Import the entry's module and return the typer command (or group) that it provides.

    Raises LookupError if the module's ``app`` provides no command of the entry's name, which
    is a mistake in the list.
    """
    app: typer.Typer = import_module(entry.module).app
    holder = typer.Typer(add_completion=False)
    # Without a name here, a named app arrives as a group and an unnamed one as its commands.
    holder.add_typer(app)
    provided = typer.main.get_group(holder).commands
    if entry.name not in provided:
        raise LookupError(f"{entry.module}.app provides {sorted(provided)}, not {entry.name!r}")
    return provided[entry.name]


class LazyGroup(TyperGroup):
    """Lists ``COMMANDS`` from their help lines, and loads a command when it is resolved."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self._entries = {entry.name: entry for entry in COMMANDS}
        for entry in COMMANDS:
            self.commands[entry.name] = TyperCommand(entry.name, help=entry.help)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The named command, loaded, with its name and the arguments left for it."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in self._entries:
            command = load(self._entries[name])
        return name, command, rest
