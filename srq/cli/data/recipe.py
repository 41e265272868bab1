"""``srq data recipe``: a recipe as srq reads it."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command("recipe")
def recipe(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE", help="A recipe's name, or a file ending in .toml, .ini or .hcl."
        ),
    ],
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out", help="Leave out what srq cannot do, and say so in the recipe."),
    ] = False,
) -> None:
    """Print a recipe as TOML: one that ships, or what srq makes of another tool's configuration.

    Those are the INI files of Dataset Destroyer and the HCL files of wtp_dataset_destroyer.
    """
    from srq.degrade import Recipe
    from srq.degrade.importers import SUFFIXES, recipe_text

    path = Path(recipe)
    if leave_out and path.suffix.lower() in SUFFIXES:
        text = recipe_text(path, leave_out=True)
        Recipe.parse(text, path.stem)
    else:
        text = Recipe.load(recipe).text
    typer.echo(text, nl=False)
