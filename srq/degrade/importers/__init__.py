"""Configurations of other tools, read as recipes: value for value, or refused."""

from pathlib import Path

from srq.degrade.importers.draft import Draft
from srq.files import read_text

SUFFIXES = (".ini", ".hcl")


def recipe_text(path: Path, *, leave_out: bool = False) -> str:
    """The TOML of the recipe that the configuration at ``path``, .ini or .hcl, asks for.

    Its first lines say what the tool does in an unexpected way, and what is not of a recipe.
    Raises ConfigError for what is no such configuration, and for what srq cannot do, all of it
    in one sentence; with ``leave_out`` the recipe is made without that, and says so.
    """
    text = read_text(path, "The configuration")
    if path.suffix.lower() == ".ini":
        from srq.degrade.importers import destroyer

        return destroyer.recipe_text(text, Draft(path.name, destroyer.TOOL, leave_out))
    from srq.degrade.importers import wtp

    return wtp.recipe_text(text, Draft(path.name, wtp.TOOL, leave_out))
