"""Frames of PyAV, and their planes as arrays."""

from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from srq.video.layout import Layout


def as_layout(frame: av.VideoFrame, layout: Layout) -> av.VideoFrame:
    """``frame`` with planes of that layout, converted where they are not."""
    found = Layout.named(frame.format.name)
    if found is not None and found.name == layout.name:
        return frame
    return frame.reformat(format=layout.name)


def planes_of(frame: av.VideoFrame, layout: Layout) -> list[NDArray[Any]]:
    """The planes of a frame of ``layout``, as views of it."""
    planes = []
    shapes = layout.shapes(frame.height, frame.width)
    given: list[Any] = list(frame.planes)
    for plane, (height, width) in zip(given, shapes, strict=True):
        rows = np.frombuffer(plane, np.uint8).reshape(-1, abs(plane.line_size))
        rows = rows.view(layout.dtype)[:height, :width]
        planes.append(rows[::-1] if plane.line_size < 0 else rows)
    return planes


def frame_of(planes: list[NDArray[Any]], layout: Layout) -> av.VideoFrame:
    """A new frame with these planes."""
    height, width = planes[0].shape
    frame = av.VideoFrame(width, height, layout.name)
    for room, plane in zip(planes_of(frame, layout), planes, strict=True):
        room[...] = plane
    return frame
