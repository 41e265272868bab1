"""Raw video from one stream to another, enlarged: what stands between two other programs."""

from collections.abc import Callable
from contextlib import closing
from typing import BinaryIO

from srq.engines import AUTO, Engine
from srq.parallel.prefetch import prefetch
from srq.parallel.workers import map_in_threads
from srq.video.enlarge import FrameEnlarger
from srq.video.layout import checked_size
from srq.video.y4m import read_frames, read_header, write_frame

_DEPTH = 2


def upscale_pipe(
    source: BinaryIO,
    target: BinaryIO,
    engine: Engine,
    *,
    name: str = "Standard input",
    width: int | None = None,
    height: int | None = None,
    workers: int = 1,
    interpolator: str = AUTO,
    threads: int | None = None,
    advanced: Callable[[int], None] = lambda frames: None,
) -> int:
    """Upscale y4m from ``source`` to ``target``, frame by frame; how many there were.

    ``advanced(n)`` is called as each frame is written, n of them so far. Raises VideoError where
    the source is no sound y4m: all frames before the fault are written then. BrokenPipeError
    comes through where the reader of ``target`` has left.
    """
    header = read_header(source, name)
    size = checked_size(header.layout, (header.height, header.width), engine.scale, width, height)
    enlarge = FrameEnlarger(
        engine,
        header.layout,
        size,
        centred=header.layout.centred,
        interpolator=interpolator,
        threads=threads,
    )
    target.write(header.line(*size) + b"\n")
    count = 0
    with (
        closing(prefetch(read_frames(source, header, name), _DEPTH)) as frames,
        closing(prefetch(map_in_threads(enlarge, frames, workers), _DEPTH)) as larger,
    ):
        for planes in larger:
            write_frame(target, planes)
            count += 1
            advanced(count)
    target.flush()
    return count
