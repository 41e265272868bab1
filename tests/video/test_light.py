"""HDR10's light goes through every encoder that can state it, by FFmpeg's own reading."""

import subprocess
from fractions import Fraction

import av
import pytest

from srq.video.layout import Layout
from srq.video.light import Light, light_of
from tests.video.clips import make
from tests.video.test_run import go

DISPLAY = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
PLACES = ("0.68", "0.32", "0.265", "0.69", "0.15", "0.06", "0.3127", "0.329")
STATED = Light((*map(Fraction, PLACES), Fraction("0.005"), Fraction(1000)), (1000, 400))


def clip(name, stated):
    def configure(output, video):
        context = video.codec_context
        context.color_range, context.colorspace = 1, 9
        context.color_primaries, context.color_trc = 9, 16

    parameters = ":".join(["log-level=none", *stated])
    make(
        name, layout=Layout.named("yuv420p10le"), size=(48, 64), frames=6, codec="libx265",
        configure=configure, options={"x265-params": parameters},
    )  # fmt: skip


def light_in(name):
    with av.open(name) as container:
        return light_of(next(container.decode(video=0)).side_data)


@pytest.mark.parametrize(
    ("target", "codec"),
    [("out.mp4", "hevc"), ("out.mov", "hevc"), ("out.mkv", "h264"), ("out.webm", "av1")],
)
def test_it_survives(here, engine, target, codec):
    clip("in.mkv", [f"master-display={DISPLAY}", "max-cll=1000,400"])
    assert light_in("in.mkv") == STATED
    report = go("in.mkv", target, engine, codec=codec)
    assert report.notes == ()
    found = light_in(target)
    assert found.content == STATED.content
    assert list(map(float, found.display)) == pytest.approx(
        list(map(float, STATED.display)), abs=1e-4
    )
    if codec != "av1":  # whose fractions are binary
        assert found == STATED


def test_each_part_survives_alone(here, engine):
    clip("in.mkv", ["max-cll=600,0"])
    go("in.mkv", "out.mkv", engine)
    assert light_in("out.mkv") == Light(None, (600, 0))
    clip("in.mkv", [f"master-display={DISPLAY}"])
    go("in.mkv", "out.mkv", engine, overwrite=True)
    assert light_in("out.mkv") == Light(STATED.display, None)


def test_what_cannot_state_it_says_so(here, engine):
    clip("in.mkv", ["max-cll=600,100"])
    (note,) = go("in.mkv", "out.mkv", engine, codec="ffv1").notes
    assert note == "FFV1 cannot state the light of a display (HDR10); it is left out."


def test_another_program_reads_it(here, engine, require_tool):
    ffprobe = require_tool("ffprobe", "install ffmpeg (Debian: apt install ffmpeg)")
    clip("in.mkv", [f"master-display={DISPLAY}", "max-cll=1000,400"])
    go("in.mkv", "out.mp4", engine)
    said = subprocess.run(
        [ffprobe, "-v", "error", "-show_frames", "-read_intervals", "%+#1", "out.mp4"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for line in ("red_x=34000/50000", "min_luminance=50/10000", "max_content=1000"):
        assert line in said.split()
