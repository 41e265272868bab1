"""VP9 video, by libvpx."""

from srq.degrade.kinds.video.one_frame import Codec, degradation
from srq.degrade.parameters import Number

VP9 = degradation(
    "vp9",
    Codec("libvpx-vp9", "vp9", "crf", {"b": "0", "lag-in-frames": "0"}),
    Number("crf", 0, 63, integer=True),
    about="VP9 video, by libvpx: the picture is its only frame.",
)
