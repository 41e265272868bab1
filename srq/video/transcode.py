"""Frames -> parts: decoded, upscaled and encoded at once."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import Any

import av

from srq.errors import VideoError
from srq.parallel.prefetch import prefetch
from srq.parallel.workers import map_in_threads
from srq.video.enlarge import FrameEnlarger
from srq.video.frame import frame_of, planes_of
from srq.video.parts import Packet, PartWriter, part_writer
from srq.video.source import Source
from srq.video.task import Task

_DEPTH = 3
"""Frames that wait between two threads, whatever the length of the video."""


def make_parts(
    task: Task,
    segments: list[int],
    enlarge: FrameEnlarger,
    *,
    workers: int,
    advanced: Callable[[int], None],
) -> None:
    """Make the parts of ``segments``; ``advanced(1)`` is called for every frame encoded.

    Raises VideoError where the source breaks off: the part that was in hand then is kept under
    ``partial``. Every other part is whole or absent, whatever happens.
    """
    source = task.source

    def larger(numbered: tuple[int, av.VideoFrame]) -> av.VideoFrame:
        number, frame = numbered
        made = frame_of(enlarge(planes_of(frame, source.layout)), source.layout)
        made.pts, made.time_base = int(source.times[number]), source.time_base
        for name in ("color_range", "colorspace", "color_primaries", "color_trc"):
            setattr(made, name, getattr(frame, name))
        return made

    for run in _runs(segments):
        first = task.parts.plan.bounds(run[0])[0]
        with (
            closing(prefetch(source.frames(first), _DEPTH)) as frames,
            closing(prefetch(map_in_threads(larger, frames, workers), _DEPTH)) as made,
        ):
            for segment in run:
                _make_part(task, segment, made, advanced)


def _make_part(
    task: Task, segment: int, frames: Iterator[av.VideoFrame], advanced: Callable[[int], None]
) -> None:
    parts = task.parts
    start, stop = parts.plan.bounds(segment)
    fault: VideoError | None = None
    with part_writer(parts.partial(segment), parts.plan, segment) as writer:
        encoder = task.encoding.open(task.container)
        try:
            for frame in islice(frames, stop - start):
                _encode(encoder, frame, task.source, writer)
                advanced(1)
        except VideoError as error:
            fault = error
        _encode(encoder, None, task.source, writer)
    if fault is not None:
        raise fault
    os.replace(parts.partial(segment), parts.path(segment))


def _encode(encoder: Any, frame: av.VideoFrame | None, source: Source, writer: PartWriter) -> None:
    for packet in encoder.encode(frame):
        assert packet.pts is not None
        duration = source.duration_at(packet.pts)
        writer.add(Packet(packet.pts, duration, packet.is_keyframe, bytes(packet)))


def _runs(segments: list[int]) -> Iterator[list[int]]:
    """Runs of segments one after another, so that each is decoded in one go."""
    run: list[int] = []
    for segment in segments:
        if run and segment != run[-1] + 1:
            yield run
            run = []
        run.append(segment)
    if run:
        yield run
