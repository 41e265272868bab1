"""``srq store plan``: a folder tried out; nothing is stored and nothing is changed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from srq.cli.output import JsonFile, Quiet

if TYPE_CHECKING:
    from srq.store.plan import Row

app = typer.Typer()


@app.command("plan")
def plan(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Pictures to try out.")],
    mode: Annotated[
        str,
        typer.Option(
            "--mode",
            "-m",
            help="exact, visually-lossless, high, small, or budget: and bytes or percent of each"
            " file (budget:300kB, budget:10%).",
        ),
    ] = "high",
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Write a report as a page.", show_default=False
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Take what lies below FOLDER as well.")
    ] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Pictures tried at a time.")] = 1,
    json: JsonFile = None,
    quiet: Quiet = False,
) -> None:
    """Say how few bytes the pictures of FOLDER would take in the store, and what would be lost.

    Nothing is stored, and the folder is only read.
    """
    from srq.cli.output import console, write_json
    from srq.files import write_text
    from srq.store.modes import mode_named
    from srq.store.plan import pictures_of, planned, summary
    from srq.store.report import report_page, size
    from srq.upscaling.fingerprints import Programs

    screen = console(json)
    wanted = mode_named(mode)
    paths = pictures_of(folder, recursive=recursive)
    rows: list[Row] = []
    for row in planned(paths, folder, wanted, Programs(), workers=workers):
        rows.append(row)
        if not quiet:
            line = f"[{len(rows)}/{len(paths)}] {row.name}: {_told(row)}"
            screen.print(line, markup=False, soft_wrap=True)
    found = summary(rows, wanted)
    if not quiet:
        ratio = "" if found["ratio"] is None else f", {found['ratio']:.2f} times smaller"
        screen.print(
            f"{size(found['bytes_came'])} would take {size(found['bytes_stored'])}{ratio};"
            f" {found['kept']} kept as they came, {found['failed']} cannot be read.",
            markup=False,
            soft_wrap=True,
        )
    if html is not None:
        write_text(html, report_page(found, f"What {folder.resolve().name} would take"))
    write_json(found, json)


def _told(row: "Row") -> str:
    from srq.store.report import size

    choice = row.choice
    if choice is None:
        return row.sentence or ""
    stored = choice.stored
    told = f"{size(choice.came)} -> {size(stored.bytes)}, {stored.name}"
    if stored.fidelity is not None:
        told += f", SSIMULACRA2 {stored.fidelity.ssimulacra2:.1f}"
    return told + (f" ({choice.kept})" if choice.kept else "")
