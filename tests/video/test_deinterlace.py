"""Clips of two moments a frame."""

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.filter import Graph

from srq.errors import ConfigError, VideoError
from srq.parallel.shards import Shard
from srq.video.deinterlace import deinterlaced
from srq.video.frame import planes_of
from srq.video.layout import Layout
from srq.video.probe import probe
from srq.video.run import merge_video
from tests.video.clips import make, planes, seen
from tests.video.test_run import go

LAYOUT = Layout(8, "420")


def woven(moment, first, size=(48, 64)):
    """Frame ``n`` of pictures ``moment(m)``: moments 2n and 2n + 1, as every other line."""

    def given(number):
        early, late = moment(2 * number), moment(2 * number + 1)
        for one, other in zip(early, late, strict=True):
            one[1 - first :: 2] = other[1 - first :: 2]
        return early

    return given


def flat(moment):
    return [np.full(shape, 40 + 5 * moment, np.uint8) for shape in LAYOUT.shapes(48, 64)]


def moving(moment):
    return planes(LAYOUT, 48, 64, moment)


def clip(name, moment, *, first=0, frames=12, **options):
    """``first``: 0 if the upper field is the earlier one."""
    order = "bff" if first else "tff"
    graph = Graph()
    buffer = graph.add("buffer", "video_size=64x48:pix_fmt=yuv420p:time_base=1/25")
    graph.link_nodes(buffer, graph.add("setfield", order), graph.add("buffersink")).configure()

    def marked(frame):
        time_base = frame.time_base
        graph.vpush(frame)
        frame = graph.vpull()
        frame.time_base = time_base
        return frame

    make(
        name, size=(48, 64), frames=frames, codec="libx264", given=woven(moment, first),
        options={"qp": "0", "x264-params": f"{order}=1"}, marked=marked, **options,
    )  # fmt: skip


def test_interlaced_video_is_refused_with_the_way_out(here, engine):
    clip("in.mkv", flat)
    with pytest.raises(VideoError, match=r"in\.mkv is interlaced, .*; --deinterlace makes a frame"):
        go("in.mkv", "out.mkv", engine)
    assert sorted(path.name for path in here.iterdir()) == ["in.mkv"]


@pytest.mark.parametrize("first", [0, 1])
def test_every_moment_becomes_a_frame(here, engine, first):
    clip("in.mkv", flat, first=first)
    report = go("in.mkv", "out.mkv", engine, codec="ffv1", deinterlace=True)
    assert (report.frames, report.notes) == (24, ())
    times, made = seen("out.mkv")
    assert times == [Fraction(20 * number, 1000) for number in range(24)]
    for number, frame in enumerate(made[1:-1], 1):  # the ends have no neighbour to look at
        for plane in frame:
            inner = plane[4:-4, 4:-4].astype(int)  # the sharpening program has borders
            assert abs(inner - (40 + 5 * number)).max() <= 1
    with av.open("out.mkv") as container:
        assert container.streams.video[0].average_rate == 50
        assert not next(container.decode(video=0)).interlaced_frame


def test_a_frame_is_the_same_wherever_one_begins(here):
    clip("in.mkv", moving)
    source = deinterlaced(probe(Path("in.mkv")))
    whole = [planes_of(frame, LAYOUT) for _, frame in source.frames(0)]
    assert len(whole) == len(source.times) == 24
    for first in (1, 2, 3, 10, 23):
        found = list(source.frames(first))
        assert [number for number, _ in found] == list(range(first, 24))
        for number, frame in found:
            for plane, expected in zip(planes_of(frame, LAYOUT), whole[number], strict=True):
                assert np.array_equal(plane, expected)


def test_it_is_ffmpegs_bwdif(here, require_tool):
    """By a program of its own, of another version."""
    ffmpeg = require_tool("ffmpeg", "install ffmpeg (Debian: apt install ffmpeg)")
    clip("in.mkv", moving)
    done = subprocess.run(
        [ffmpeg, "-v", "error", "-i", "in.mkv", "-vf", "bwdif=send_field", "-f", "rawvideo", "-"],
        capture_output=True, check=True,
    )  # fmt: skip
    made = b"".join(
        plane.tobytes()
        for _, frame in deinterlaced(probe(Path("in.mkv"))).frames(0)
        for plane in planes_of(frame, LAYOUT)
    )
    # Versions differ in the first and the last field, which have one neighbour.
    size = 48 * 64 * 3 // 2
    assert len(made) == 24 * size
    assert made[size:-size] == done.stdout[size:-size]


def test_times_at_a_variable_rate(here):
    times = [0, 4, 5, 9, 20]
    clip("in.mkv", flat, frames=5, times=times, time_base=Fraction(1, 10))
    source = deinterlaced(probe(Path("in.mkv")))
    shown = [time * source.time_base for time in source.times.tolist()]
    halves = [Fraction(n, 100) for n in (0, 20, 40, 45, 50, 70, 90, 145, 200)]
    assert shown[:-1] == halves
    assert source.duration_at(source.times[-1]) == source.last > 0


def test_shards_and_resuming_do_not_show(here, engine):
    clip("in.mkv", moving)
    go("in.mkv", "one.mkv", engine, segment=5, deinterlace=True)
    for shard in (2, 1):
        go("in.mkv", "two.mkv", engine, segment=5, deinterlace=True, shard=Shard(shard, 2))
    with pytest.raises(ConfigError, match="made with another"):
        go("in.mkv", "two.mkv", engine, segment=5, codec="ffv1", deinterlace=True, resume=True)
    assert merge_video(Path("in.mkv"), Path("two.mkv")).frames == 24
    assert Path("two.mkv").read_bytes() == Path("one.mkv").read_bytes()


def test_a_clip_that_is_not_marked_is_told(here, engine):
    make("in.mkv", frames=3)
    report = go("in.mkv", "out.mkv", engine, deinterlace=True)
    assert report.frames == 6
    assert report.notes == (
        "The file does not say that it is interlaced; it is deinterlaced as asked.",
    )


@pytest.mark.parametrize("pixels", ["yuyv422", "nv12", "yuvj420p"])
def test_packed_pixels_and_those_of_full_range(here, pixels):
    layout = Layout.named({"yuyv422": "yuv422p"}.get(pixels, "yuv420p"))
    with av.open("in.nut", "w") as output:
        video = output.add_stream("rawvideo", rate=25)
        video.height, video.width, video.pix_fmt = 48, 64, pixels
        for number in range(3):
            frame = av.VideoFrame(64, 48, pixels)
            for plane in frame.planes:
                np.frombuffer(plane, np.uint8)[:] = 30 + 10 * number
            frame.pts = number
            output.mux(video.encode(frame))
    for number, frame in deinterlaced(probe(Path("in.nut"))).frames(0):
        assert frame.format.name.replace("yuvj", "yuv") == layout.name
        for plane in planes_of(frame, layout):
            assert abs(plane.astype(int) - (30 + 10 * (number // 2))).max() <= 10


def test_a_file_cut_short_gives_what_is_in_it(here, engine):
    clip("in.mkv", moving, frames=120)
    whole = Path("in.mkv").read_bytes()
    Path("in.mkv").write_bytes(whole[: len(whole) // 3])
    count = 2 * len(probe(Path("in.mkv")).times)
    with pytest.raises(VideoError, match=f"cut short.*; the {count} frames before that are in"):
        go("in.mkv", "out.mkv", engine, deinterlace=True)
    assert len(seen("out.incomplete.mkv")[0]) == count
