"""H.264 video, by x264."""

from srq.degrade.kinds.video.one_frame import Codec, degradation
from srq.degrade.parameters import Number

H264 = degradation(
    "h264",
    Codec("libx264", "h264", "crf", {"preset": "medium"}),
    Number("crf", 0, 51, integer=True),
    about="H.264 video, by x264: the picture is its only frame.",
)
