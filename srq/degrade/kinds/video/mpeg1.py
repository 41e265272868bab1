"""MPEG-1 video."""

from srq.degrade.kinds.video.one_frame import Codec, degradation
from srq.degrade.parameters import Number

MPEG1 = degradation(
    "mpeg1",
    Codec("mpeg1video", "mpeg1video", "qscale"),
    Number("qscale", 1, 31, integer=True),
    about="MPEG-1 video: the picture is its only frame.",
)
