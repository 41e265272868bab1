from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from srq.errors import StorageError, VideoError
from srq.video.layout import Layout
from srq.video.probe import probe
from srq.video.run import Options, upscale_video
from tests.video.clips import make

ALTREF = {"auto-alt-ref": "1", "lag-in-frames": "10"}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("it.mp4", {"codec": "libx264", "options": {"bf": "3", "g": "6"}}),
        ("it.mkv", {"codec": "libx264", "options": {"x264-params": "open-gop=1:keyint=8"}}),
        ("it.mkv", {"codec": "libx265", "options": {"x265-params": "log-level=none:keyint=9"}}),
        ("it.mkv", {"codec": "libx264", "options": {"x264-params": "intra-refresh=1:keyint=10"}}),
        ("it.ts", {"codec": "mpeg2video", "options": {"bf": "2", "g": "5"}}),
        ("it.webm", {"codec": "libvpx", "options": ALTREF | {"b": "100k"}}),
        ("it.webm", {"codec": "libvpx-vp9", "options": ALTREF}),
        ("it.mp4", {"codec": "libsvtav1"}),
        ("it.264", {"codec": "libx264", "container": "h264", "options": {"bf": "2"}}),
        ("it.avi", {"codec": "mpeg4", "options": {"bf": "2"}}),
    ],
)  # fmt: skip
def test_frames_from_anywhere_are_those_of_the_whole(here, name, options):
    make(name, size=(48, 64), frames=30, **options)
    source = probe(Path(name))
    assert source.fault is None
    assert len(source.times) == 30
    with av.open(name) as container:
        whole = [frame.to_ndarray() for frame in container.decode(video=0)]
    for first in (0, 1, 7, 16, 29):
        found = list(source.frames(first))
        assert [number for number, _ in found] == list(range(first, 30))
        for number, frame in found:
            assert np.array_equal(frame.to_ndarray(), whole[number])


@pytest.mark.parametrize(
    ("name", "counted"), [("it.avi", True), ("it.264", True), ("it.mkv", False)]
)
def test_frames_without_times_get_them_from_the_rate(here, name, counted):
    container = {"it.264": "h264"}.get(name)
    make(name, codec="libx264", frames=5, container=container)
    source = probe(Path(name))
    assert source.counted == counted
    assert [Fraction(int(t)) * source.time_base for t in source.times] == [
        Fraction(n, 25) for n in range(5)
    ]
    assert source.seconds == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("pixels", "layout"),
    [
        ("nv12", "yuv420p"), ("yuyv422", "yuv422p"), ("rgb24", "yuv444p"), ("pal8", "yuv444p"),
        ("yuva420p", "yuv420p"), ("ya8", "gray"), ("gray16be", "gray16le"), ("monob", "gray"),
        ("rgb48le", "yuv444p16le"), ("gbrp10le", "yuv444p10le"), ("p010le", "yuv420p10le"),
    ],
)  # fmt: skip
def test_other_pixels_are_seen_as_what_loses_least(pixels, layout):
    from srq.video.probe import _layout_of

    assert _layout_of(av.VideoFrame(16, 16, pixels), Path("it")) == Layout.named(layout)


@pytest.mark.parametrize("pixels", ["bayer_rggb8", "xyz12le", "gbrpf32le"])
def test_pixels_that_nobody_knows_are_refused(pixels):
    from srq.video.probe import _layout_of

    with pytest.raises(VideoError, match=f"it: its pixels are {pixels}; convert it first"):
        _layout_of(av.VideoFrame(16, 16, pixels), Path("it"))


def test_what_is_no_video_is_told(here):
    Path("empty.mp4").touch()
    Path("text.mp4").write_text("nothing of the kind\n" * 50)
    with av.open("sound.mkv", "w") as output:
        from tests.video.clips import tone

        output.mux(tone(output.add_stream("flac", rate=48000), 0.5))
    make("header.mkv", frames=3)
    whole = Path("header.mkv").read_bytes()
    Path("header.mkv").write_bytes(whole[: whole.index(b"\x1f\x43\xb6\x75")])
    for name, sentence in (
        ("empty.mp4", r"Cannot read empty\.mp4: the file is empty\."),
        ("text.mp4", r"Cannot read text\.mp4: it is no video, or it is damaged or cut short\."),
        ("sound.mkv", r"Cannot read sound\.mkv: there is no video in it\."),
        ("header.mkv", r"Cannot read header\.mkv: it is no video, or it is damaged or cut short\."),
    ):
        with pytest.raises(VideoError, match=sentence):
            probe(Path(name))
    with pytest.raises(StorageError, match=r"Cannot read gone\.mp4: it does not exist"):
        probe(Path("gone.mp4"))


@pytest.mark.parametrize("name", ["it.mkv", "it.mp4", "it.avi"])
def test_a_file_that_is_cut_short_is_known(here, name):
    options = {"movflags": "faststart"} if name.endswith("mp4") else None
    with av.open(name, "w", options=options or {}) as output:
        video = output.add_stream("mpeg4", rate=5)
        video.height, video.width = 48, 64
        for number in range(20):
            frame = av.VideoFrame(64, 48, "yuv420p")
            for plane in frame.planes:
                view = np.frombuffer(plane, np.uint8)
                view[:] = np.random.default_rng(number).integers(0, 256, view.size)
            frame.pts = number
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
    whole = Path(name).read_bytes()
    assert probe(Path(name)).fault is None
    Path(name).write_bytes(whole[: len(whole) // 2])
    source = probe(Path(name))
    assert source.fault is not None
    assert "cut short" in source.fault or "cannot be read to its end" in source.fault
    assert 5 <= len(source.times) <= 11


@pytest.mark.parametrize(
    ("name", "codec"), [("it.webm", "libvpx"), ("it.webm", "libvpx-vp9"), ("it.mkv", "ffv1")]
)
def test_alpha_is_left_out_and_told(here, engine, name, codec):
    with av.open(name, "w") as output:
        options = {} if codec == "ffv1" else {"auto-alt-ref": "0"}
        video = output.add_stream(codec, rate=25, options=options)
        video.height, video.width, video.pix_fmt = 48, 64, "yuva420p"
        for number in range(3):
            frame = av.VideoFrame(64, 48, "yuva420p")
            for plane in frame.planes:
                np.frombuffer(plane, np.uint8)[:] = 40 * number
            frame.pts = number
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
    report = upscale_video(
        Path(name), Path("out.webm"), engine, Options(), interpolator="reference"
    )
    alone = "Results have no alpha (transparency); that of the video is left out."
    assert [note for note in report.notes if "alpha" in note] == [alone]
    with av.open("out.webm") as container:
        assert "alpha_mode" not in container.streams.video[0].metadata
    assert not probe(Path("out.webm")).alpha
