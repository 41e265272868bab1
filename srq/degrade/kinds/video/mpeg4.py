"""MPEG-4 (part 2) video."""

from srq.degrade.kinds.video.one_frame import Codec, degradation
from srq.degrade.parameters import Number

MPEG4 = degradation(
    "mpeg4",
    Codec("mpeg4", "mpeg4", "qscale"),
    Number("qscale", 1, 31, integer=True),
    about="MPEG-4 (part 2) video: the picture is its only frame.",
)
