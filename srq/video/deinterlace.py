"""Interlaced video: each frame is two fields, two moments; a frame is made of each."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import av
import av.error
import numpy as np
from av.filter import Graph

from srq.errors import VideoError
from srq.video.layout import Layout
from srq.video.source import Source

_LEAD = 1
"""Frames before the first that are decoded as well: bwdif looks one frame back and one ahead."""


@dataclass(frozen=True, eq=False)
class Deinterlaced(Source):
    """A source whose frames are the fields of another, ``woven``, made whole by bwdif.

    There are twice as many frames, at twice the rate. The second field of a frame is shown halfway
    to the next one. A frame is the same wherever one begins.
    """

    woven: Source

    def frames(self, first: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """As ``Source.frames``; errors count the frames of ``woven``."""
        begin = max(0, first // 2 - _LEAD)
        number = 2 * begin
        for frame in _fields(self.woven.decoded(begin), self.layout):
            if number >= first:
                yield number, frame
            number += 1


def deinterlaced(woven: Source) -> Deinterlaced:
    """``woven`` with a frame of each field."""
    known = {field.name: getattr(woven, field.name) for field in fields(Source)}
    halfway = np.append(woven.times[1:], woven.times[-1] + woven.last)
    known["times"] = np.stack([2 * woven.times, woven.times + halfway], axis=1).reshape(-1)
    known["time_base"] = woven.time_base / 2
    known["rate"] = woven.rate * 2
    return Deinterlaced(**known, woven=woven)


def _fields(frames: Iterator[tuple[int, av.VideoFrame]], layout: Layout) -> Iterator[Any]:
    graph: Graph | None = None
    try:
        for _, frame in frames:
            graph = graph or _graph(frame, layout)
            graph.vpush(frame)
            yield from _ready(graph)
    except VideoError:
        if graph is not None:
            graph.vpush(None)
            yield from _ready(graph)
        raise
    if graph is not None:
        graph.vpush(None)
        yield from _ready(graph)


def _ready(graph: Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def _graph(frame: av.VideoFrame, layout: Layout) -> Graph:
    """bwdif for frames like this one, which comes out in planes of ``layout``."""
    graph = Graph()
    graph.threads = 1
    buffer = graph.add(
        "buffer",
        video_size=f"{frame.width}x{frame.height}",
        pix_fmt=frame.format.name,
        time_base=str(frame.time_base),
        pixel_aspect="1/1",
    )
    bwdif = graph.add("bwdif", "mode=send_field:parity=auto:deint=all")
    sink = graph.add("buffersink")
    found = Layout.named(frame.format.name)
    if found is not None and found.name == layout.name:
        graph.link_nodes(buffer, bwdif, sink)
    else:  # Converted before and not by ourselves, so that the order of the fields is kept.
        wanted = (graph.add("format", f"pix_fmts={layout.name}") for _ in range(2))
        graph.link_nodes(buffer, next(wanted), bwdif, next(wanted), sink)
    graph.configure()
    return graph
