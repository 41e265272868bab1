"""HEVC (H.265) video, by x265."""

from srq.degrade.kinds.video.one_frame import Codec, degradation
from srq.degrade.parameters import Number

HEVC = degradation(
    "hevc",
    Codec(
        "libx265",
        "hevc",
        "crf",
        {"preset": "medium", "x265-params": "log-level=none:pools=none:frame-threads=1:wpp=0"},
    ),
    Number("crf", 0, 51, integer=True),
    about="HEVC (H.265) video, by x265: the picture is its only frame.",
)
