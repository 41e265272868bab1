"""AV1 video, by SVT-AV1."""

from srq.degrade.kinds.video.one_frame import Codec, degradation
from srq.degrade.parameters import Number

AV1 = degradation(
    "av1",
    Codec("libsvtav1", "libdav1d", "crf", {"preset": "8", "svtav1-params": "lp=1"}),
    Number("crf", 0, 63, integer=True),
    about="AV1 video, by SVT-AV1: the picture is its only frame.",
)
