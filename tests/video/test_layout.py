from fractions import Fraction

import av
import pytest

from srq.errors import VideoError
from srq.video.layout import Layout, checked_size

NAMES = [
    "gray", "gray10le", "gray16le", "yuv420p", "yuv422p", "yuv444p", "yuv440p", "yuv411p",
    "yuv410p", "yuv420p10le", "yuv422p12le", "yuv444p16le", "yuv420p9le", "yuv444p14le",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_layout_is_what_ffmpeg_says_it_is(name):
    layout = Layout.named(name)
    assert layout.name == name
    frame = av.VideoFrame(21, 13, name)
    assert layout.bits == frame.format.components[0].bits
    shapes = [(plane.height, plane.width) for plane in frame.planes]
    assert layout.shapes(13, 21) == shapes


@pytest.mark.parametrize("name", ["nv12", "rgb24", "gbrp", "yuva420p", "pal8", "yuv420p10be"])
def test_other_pixels_have_none(name):
    assert Layout.named(name) is None


def test_jpegs_range_is_no_layout_of_its_own():
    assert Layout.named("yuvj422p") == Layout(8, "422")


def test_chroma_stays_where_it_lies():
    # Twice as large, the pair of pixels whose left one carries chroma is two pairs. The left one
    # of the first pair has its centre 1/8 chroma sample left of where the old one was.
    left, centred = Layout(8, "420"), Layout(8, "420", centred=True)
    assert left.chroma_shift(2, centred=False) == (0, Fraction(1, 8))
    assert centred.chroma_shift(2, centred=True) == (0, 0)
    assert Layout(8, "444").chroma_shift(4, centred=False) == (0, 0)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", ["420", "411"])
@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("after", [False, True])
def test_a_slope_of_chroma_stays_over_the_same_luma(scale, name, before, after):
    """Chroma that grows with the place of its luma does so in the result."""
    layout = Layout(8, name, centred=before)
    across = layout.steps[0]
    low, high = ((across - 1) / 2 * centred for centred in (before, after))
    shift = float(layout.chroma_shift(scale, centred=after)[1])
    for sample in range(5):
        place = (sample + 0.5) / scale - 0.5 + shift
        assert (place * across + low + 0.5) * scale - 0.5 == pytest.approx(sample * across + high)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (None, None, (96, 128)),
        (100, None, (76, 100)),
        (None, 72, (72, 96)),
        (100, 100, (100, 100)),
        (2, None, (2, 2)),
    ],
)
def test_a_side_follows_from_the_other(width, height, size):
    assert checked_size(Layout(8, "420"), (48, 64), 2, width, height) == size


def test_an_odd_side_is_refused_where_chroma_is_halved():
    with pytest.raises(VideoError, match="yuv420p .* multiple of 2 .* not 33 x 24"):
        checked_size(Layout(8, "420"), (24, 32), 2, 33, None)
    assert checked_size(Layout(8, "444"), (24, 32), 2, 33, None) == (25, 33)
