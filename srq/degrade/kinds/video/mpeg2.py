"""MPEG-2 video."""

from srq.degrade.kinds.video.one_frame import Codec, degradation
from srq.degrade.parameters import Number

MPEG2 = degradation(
    "mpeg2",
    Codec("mpeg2video", "mpeg2video", "qscale"),
    Number("qscale", 1, 31, integer=True),
    about="MPEG-2 video: the picture is its only frame.",
)
