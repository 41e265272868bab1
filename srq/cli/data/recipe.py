"""``srq data recipe``: a recipe as srq reads it."""

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
) -> None:
    """Print a recipe as TOML: one that ships, or what srq makes of another tool's configuration.

    Those are the INI files of Dataset Destroyer and the HCL files of wtp_dataset_destroyer.
    """
    from srq.degrade import Recipe

    typer.echo(Recipe.load(recipe).text, nl=False)
