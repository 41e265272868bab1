"""``srq restore``: old photographs, and folders of them."""

from pathlib import Path
from typing import Annotated

import typer

from srq.cli.output import JsonFile
from srq.cli.picture_options import (
    Force,
    FormatSuffix,
    OutputQuality,
    Recursive,
    SkipExisting,
    check_existing,
)
from srq.errors import ConfigError

app = typer.Typer()

_ENDING = "-restored"


@app.command("restore")
def restore(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="A picture, or a folder of pictures.")
    ],
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[OUT]",
            help="The picture or folder to write; its suffix chooses the format. Without it:"
            " photo-restored.png beside photo.jpg, and photos-restored beside photos.",
            show_default=False,
        ),
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            "--mask",
            metavar="FILE",
            help="A picture as large as IN, white where IN is damaged. Without it damage is"
            " looked for.",
            show_default=False,
        ),
    ] = None,
    save_mask: Annotated[
        bool,
        typer.Option("--save-mask", help="Write what was mended as OUT-mask.png beside OUT."),
    ] = False,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Write before and after as OUT-sheet.png beside OUT.")
    ] = False,
    strength: Annotated[
        float,
        typer.Option(
            min=0, max=1, metavar="S", help="How far to go, from 0, nothing, to 1, all the way."
        ),
    ] = 1.0,
    tone: Annotated[
        str,
        typer.Option(
            metavar="auto|keep|gray",
            help="auto: mend fading, casts and sepia where there are any; keep: leave the tone;"
            " gray: mend it and take the colour away.",
        ),
    ] = "auto",
    only: Annotated[
        str | None,
        typer.Option(metavar="scratches|tone|noise", help="Do only that part.", show_default=False),
    ] = None,
    networks: Annotated[
        Path | None,
        typer.Option(
            "--networks",
            metavar="RUN",
            help="A run folder of srq train restore, whose networks go before those that ship.",
            show_default=False,
        ),
    ] = None,
    scale: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=4,
            metavar="N",
            help="Then make the result N times larger, as srq upscale does.",
            show_default=False,
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Threads; torch's own choice without.", show_default=False
        ),
    ] = None,
    recursive: Recursive = False,
    skip_existing: SkipExisting = False,
    force: Force = False,
    output_quality: OutputQuality = 95,
    format_: FormatSuffix = None,
    json: JsonFile = None,
) -> None:
    """Restore an old photograph, or every one in a folder.

    Tone is mended for the whole picture, then damage is filled and noise taken away. A picture
    keeps its size, depth, gray or colour, alpha, colour profile and EXIF, a TIFF its pages. One
    with nothing to mend is left as it is. Damage that is faint is found best by you: --mask
    marks it.
    In a folder, a picture that cannot be read is reported and the others go on. If any picture is
    missing at the end, the exit code is 2.
    """
    import time

    from rich.console import Console

    from srq.batch.run import Result
    from srq.cli.output import console, write_json
    from srq.cli.pictures import existing_of, planned, sentence_of, summary_of
    from srq.cli.pictures_left_out import PICTURES
    from srq.cli.pictures_progress import display
    from srq.restore import check_torch

    check_existing(skip=skip_existing, force=force)
    if mask is not None and source.is_dir():
        raise ConfigError(f"A mask is of one picture, and {source} is a folder; leave --mask out.")
    check_torch()
    from dataclasses import asdict

    from srq.restore.enlarging import larger
    from srq.restore.files import Besides, read_mask, restore_files
    from srq.restore.pipeline import Options
    from srq.restore.stages import opened, use_threads

    screen, errors = console(json), Console(stderr=True, highlight=False)
    options = Options.named(tone, only, strength)
    suffix = None if format_ is None else f".{format_.removeprefix('.')}"
    jobs, rest = planned(
        source, target, ending=_ENDING, recursive=recursive, suffix=suffix, errors=errors
    )
    use_threads(threads)

    def say(result: Result) -> str:
        return "" if result.detail is None else result.detail.sentence

    started = time.perf_counter()
    with display(jobs, screen, errors, say) as watcher:
        results = restore_files(
            jobs,
            opened(networks),
            options,
            mask=None if mask is None else read_mask(mask),
            besides=Besides(save_mask, sheet),
            enlarge=None if scale is None else larger(scale, threads),
            existing=existing_of(skip=skip_existing, force=force),
            quality=output_quality,
            watcher=watcher,
        )
    summary = summary_of(results, rest, time.perf_counter() - started, asdict)
    if source.is_dir():
        screen.print(sentence_of(summary), markup=False, soft_wrap=True)
    write_json(summary, json)
    if summary["failed"] or any(one["kind"] in PICTURES for one in summary["left_out"]):
        raise typer.Exit(2)
