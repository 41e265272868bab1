"""``srq merge``: what shards have made, checked, and joined where it is a video."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command("merge")
def merge(
    source: Annotated[Path, typer.Argument(metavar="IN", help="What the shards upscaled.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="What they were told to write.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite a video that exists.")] = False,
) -> None:
    """Check what srq upscale --shard has made, and join a video.

    Of a folder, every picture must be there once, as its shard wrote it. Of a video, every frame
    must be there once; the segments are then joined, with sound and all, and removed.
    """
    from srq.cli.upscale_video import is_video
    from srq.upscaling.shard import merge_folder

    if is_video(source, target):
        from srq.video.run import merge_video

        report = merge_video(source, target, overwrite=force)
        height, width = report.size
        print(f"{target}: {width} x {height}, {report.frames} frames")
        return
    print(f"{target}: {merge_folder(source, target)} pictures, each there once")
