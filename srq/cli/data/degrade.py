"""``srq data degrade``: LR pictures from HR ones, by a recipe."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile

app = typer.Typer()

_SHOWN = 3


class Format(StrEnum):
    """How LR pictures are stored."""

    FOLDER = "folder"
    TAR = "tar"
    LMDB = "lmdb"


class Exact(StrEnum):
    """Whose arithmetic a recipe has."""

    DEFAULT = "default"
    SEED = "seed"


@app.command("degrade")
def degrade(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="A folder of HR pictures, or one picture.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder for the LR pictures.")],
    recipe: Annotated[
        str, typer.Option(help="A recipe's name, or a file ending in .toml, .ini or .hcl.")
    ] = "paper",
    exact: Annotated[
        Exact | None,
        typer.Option(
            show_default=False,
            help="default: values are rounded; seed: as the tools that a recipe repeats, which"
            " truncate them. Else as the recipe says.",
        ),
    ] = None,
    scale: Annotated[int, typer.Option(min=1, help="How many times smaller LR is.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws other values.")] = 0,
    format_: Annotated[
        Format,
        typer.Option(
            "--format",
            help="folder: a file for each LR; tar: WebDataset tars; lmdb: LMDBs.",
        ),
    ] = Format.FOLDER,
    hr: Annotated[
        bool,
        typer.Option("--hr", help="Store HR pictures, too, where the files in IN would serve."),
    ] = False,
    streams: Annotated[
        bool,
        typer.Option(
            "--streams",
            help="Store an LR that a codec made last as the codec's own file: the same pixels.",
        ),
    ] = False,
    part: Annotated[
        int, typer.Option(min=1, metavar="N", help="About how many pictures are saved at a time.")
    ] = 64,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="Write the log of each part as Parquet, too.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(min=1, metavar="N", help="Processes; the bytes are the same.")
    ] = 1,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            show_default=False,
            help="Do share I of N, such as 1/4. Whoever ends last writes the manifest.",
        ),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            show_default=False,
            help="Let a Ray cluster do it: HOST:PORT, auto, or local for one of this machine.",
        ),
    ] = None,
    json: JsonFile = None,
) -> None:
    """Write degraded LR pictures for each picture in IN, and a manifest of the pairs.

    An interrupted run goes on where it stopped when the same command is given again. The bytes
    do not depend on jobs, shares and interruptions. Pictures that cannot be used are rejected,
    the rest is finished, and the exit code is 2.
    """
    from srq.cli.data.progress import progress_bar
    from srq.cli.output import console, write_json
    from srq.datasets.degrading.run import degrade as run
    from srq.degrade import Recipe
    from srq.parallel.shards import Shard

    screen = console(json)
    loaded = Recipe.load(recipe)
    if exact is not None:
        loaded = loaded.with_exact(exact.value)
    with progress_bar(screen, "Degrading", count="pictures") as progress:
        summary = run(
            source,
            out,
            recipe=loaded,
            scale=scale,
            seed=seed,
            jobs=jobs,
            shard=None if shard is None else Shard.parse(shard),
            ray=ray,
            form=format_.value,
            hr=hr,
            streams=streams,
            part=part,
            parquet=parquet,
            progress=progress,
        )
    kept = f", {summary.kept} were there already" if summary.kept else ""
    end = str(summary.manifest or f"{summary.missing} parts are still missing, of other shares")
    screen.print(f"{summary.written} pictures written{kept}: {end}", soft_wrap=True)
    for name, reason in list(summary.rejected.items())[:_SHOWN]:
        screen.print(f"Rejected {name}: {reason}", soft_wrap=True, markup=False)
    if len(summary.rejected) > _SHOWN:
        screen.print(f"{len(summary.rejected)} pictures were rejected.")
    write_json(
        {
            "written": summary.written,
            "kept": summary.kept,
            "rejected": summary.rejected,
            "missing": summary.missing,
            "manifest": None if summary.manifest is None else str(summary.manifest),
            "tree": summary.tree,
        },
        json,
    )
    if summary.rejected:
        raise typer.Exit(2)
