"""``srq upscale``: pictures, folders of pictures and videos made larger."""

from pathlib import Path
from typing import Annotated, Any

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
from srq.zoo.networks import QUALITIES

app = typer.Typer()


@app.command("upscale")
def upscale(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN",
            help="A picture, a folder of pictures, or a video; - is raw video (y4m) on standard"
            " input, which goes to standard output.",
        ),
    ],
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[OUT]",
            help="The picture, folder or video to write; its suffix chooses the format."
            " Without it: photo-x2.png beside photo.jpg, photos-x2 beside photos, and"
            " clip-x2.mp4 beside clip.mp4.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            metavar="MODEL",
            help="auto: the zoo's network that suits the compression of each picture or video;"
            " or a name of the zoo, or a .srq file.",
        ),
    ] = "auto",
    scale: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="How many times larger: 2, 3 or 4, or 1 to take only the traces of compression"
            " away; the model's own scale, or 2 with auto, without.",
            show_default=False,
        ),
    ] = None,
    quality: Annotated[
        str | None,
        typer.Option(
            metavar="fast|good|best",
            help="How good a network auto takes: each takes several times as long as the one"
            " before; good for pictures and fast for videos without.",
            show_default=False,
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            "--fps",
            min=0.001,
            metavar="N",
            help="Of videos: auto takes the best network that makes N frames a second on this"
            " machine.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="What runs the model: auto, reference ... All give the same bits.")
    ] = "auto",
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Threads of the engine; its own choice without.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, metavar="N", help="Pictures, or frames, to work on at once.")
    ] = 1,
    width: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="W",
            show_default=False,
            help="The result's width, by a final bicubic; the height follows unless given.",
        ),
    ] = None,
    height: Annotated[
        int | None,
        typer.Option(min=1, metavar="H", help="The result's height.", show_default=False),
    ] = None,
    recursive: Recursive = False,
    skip_existing: SkipExisting = False,
    force: Force = False,
    output_quality: OutputQuality = 95,
    format_: FormatSuffix = None,
    codec: Annotated[
        str | None,
        typer.Option(
            metavar="CODEC",
            show_default=False,
            help="Of videos: h264, hevc, av1 or ffv1 (lossless); without it as OUT's suffix and"
            " the bits suggest.",
        ),
    ] = None,
    crf: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            show_default=False,
            help="Of videos: constant quality, 0 the best; 18 for h264, 20 for hevc, 26 for av1"
            " without.",
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="Of videos: the encoder's effort, as fast or slow for h264 and hevc, 0 to 13 for"
            " av1.",
        ),
    ] = None,
    audio: Annotated[
        str,
        typer.Option(
            metavar="WAY",
            help="Of videos: copy the sound as it is, encode it as aac, or none.",
        ),
    ] = "copy",
    deinterlace: Annotated[
        bool,
        typer.Option(
            "--deinterlace",
            help="Of interlaced videos: make a frame of each field, at twice the rate.",
        ),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a video that was interrupted.")
    ] = False,
    segment: Annotated[
        int, typer.Option(min=1, metavar="N", help="Frames in a segment of a video.")
    ] = 250,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            show_default=False,
            help="Do share I of N of a folder or a video, such as 1/4; srq merge then checks, and"
            " joins a video.",
        ),
    ] = None,
    json: JsonFile = None,
) -> None:
    """Make a picture, every picture of a folder, or a video larger.

    A picture keeps its depth, gray or colour, alpha, colour profile and EXIF, an animation its
    frames and their times, a TIFF its pages; a video its frames' times, bits and colours, sound,
    subtitles and chapters. In a folder, a picture that cannot be read is reported and the others
    go on, and what is left out is named. If any picture is missing at the end, the exit code is 2.
    """
    from rich.console import Console

    from srq.cli import upscale_pictures, upscale_video
    from srq.cli.output import console, write_json
    from srq.cli.pictures_left_out import PICTURES
    from srq.parallel.shards import Shard
    from srq.upscaling.networks import open_networks

    check_existing(skip=skip_existing, force=force)
    screen, errors = console(json), Console(stderr=True, highlight=False)
    share = None if shard is None else Shard.parse(shard)
    _check_quality(quality)
    networks = open_networks(model, scale, engine, threads, quality=quality, fps=fps)
    of_videos = {
        "--codec": codec is not None,
        "--crf": crf is not None,
        "--preset": preset is not None,
        "--audio": audio != "copy",
        "--deinterlace": deinterlace,
        "--fps": fps is not None,
    }
    running: dict[str, Any] = {"interpolator": engine, "threads": threads, "workers": jobs}
    if source == upscale_video.PIPE:
        for name in (name for name, given in of_videos.items() if given):
            raise ConfigError(f"{name} is for video files; the programs of a pipe do that.")
        upscale_video.run_pipe(target, networks, errors, width=width, height=height, **running)
        return
    if upscale_video.is_video(source, target):
        from srq.video.run import Options

        if fps is not None and (resume or share is not None):
            raise ConfigError(
                "--fps may choose another network each time; name one with --model to go on with"
                " a video, or to share it."
            )
        place = upscale_video.target_of(source, target, networks.scale)
        if skip_existing and place.exists():
            screen.print(f"{place}: skipped", markup=False, soft_wrap=True)
            return
        options = Options(codec, crf, preset, width, height, segment, deinterlace, audio)
        report = upscale_video.run_video(
            source, place, networks, options,
            resume=resume, overwrite=force, shard=share, screen=screen, errors=errors, **running,
        )  # fmt: skip
        write_json(report, json)
        return
    for name in (name for name, given in of_videos.items() if given):
        raise ConfigError(f"{name} is for videos, but {source} is none by its name.")
    if resume:
        raise ConfigError(
            f"--resume is for videos, but {source} is none by its name; --skip-existing goes on"
            " with a folder."
        )
    summary = upscale_pictures.run_pictures(
        source, target, networks,
        recursive=recursive, suffix=None if format_ is None else f".{format_.removeprefix('.')}",
        skip=skip_existing, force=force, quality=output_quality, width=width, height=height,
        workers=jobs, shard=share, screen=screen, errors=errors,
    )  # fmt: skip
    write_json(summary, json)
    if summary["failed"] or any(one["kind"] in PICTURES for one in summary["left_out"]):
        raise typer.Exit(2)


def _check_quality(quality: str | None) -> None:
    """Tell who means the quality of a JPEG which option that is."""
    if quality is not None and quality.isdecimal():
        raise ConfigError(
            f"--quality is the network's, {', '.join(QUALITIES)}; the quality of a lossy picture"
            f" is --output-quality {quality}."
        )
