import io
from fractions import Fraction

import av
import numpy as np
import pytest

from srq.errors import VideoError
from srq.video.enlarge import FrameEnlarger
from srq.video.layout import Layout
from srq.video.pipe import upscale_pipe
from srq.video.y4m import read_frames, read_header, write_frame
from tests.video.clips import planes, seen

KINDS = {
    "420jpeg": Layout(8, "420", centred=True),
    "420mpeg2": Layout(8, "420"),
    "422": Layout(8, "422"),
    "444": Layout(8, "444"),
    "411": Layout(8, "411"),
    "mono": Layout(8),
    "420p10": Layout(10, "420"),
    "422p12": Layout(12, "422"),
    "444p16": Layout(16, "444"),
    "mono10": Layout(10),
}


def stream(
    colour, layout, *, size=(13, 21), frames=3, extra=b" F30000:1001 Ip A4:3 XCOLORRANGE=LIMITED"
):
    made = io.BytesIO()
    given = [planes(layout, *size, number) for number in range(frames)]
    made.write(b"YUV4MPEG2 W%d H%d%s" % (size[1], size[0], extra))
    made.write(b"" if colour is None else b" C" + colour.encode())
    made.write(b"\n")
    for frame in given:
        write_frame(made, frame)
    return io.BytesIO(made.getvalue()), given


@pytest.mark.parametrize("colour", KINDS)
def test_every_kind_goes_through_frame_by_frame(engine, colour):
    source, given = stream(colour, KINDS[colour])
    target = io.BytesIO()
    assert upscale_pipe(source, target, engine, interpolator="reference", workers=2) == 3
    target.seek(0)
    line = target.getvalue().split(b"\n")[0]
    assert line == (
        b"YUV4MPEG2 W42 H26 F30000:1001 Ip A4:3 XCOLORRANGE=LIMITED C" + colour.encode()
    )
    header = read_header(target, "it")
    layout = KINDS[colour]
    enlarge = FrameEnlarger(engine, layout, centred=layout.centred, interpolator="reference")
    for frame, made in zip(given, read_frames(target, header, "it"), strict=True):
        for plane, wanted in zip(made, enlarge(frame), strict=True):
            assert np.array_equal(plane, wanted)


def test_without_a_colour_space_it_is_that_of_jpeg():
    source, _ = stream(None, KINDS["420jpeg"])
    header = read_header(source, "it")
    assert header.layout == KINDS["420jpeg"]
    assert header.line(2, 4).startswith(b"YUV4MPEG2 W4 H2 F30000:1001")


@pytest.mark.parametrize("name", ["yuv420p", "yuv422p10le", "gray", "yuv444p12le"])
def test_ffmpeg_writes_what_is_read_here_and_reads_what_is_written(engine, tmp_path, name):
    layout = Layout.named(name)
    with av.open(str(tmp_path / "in.y4m"), "w", options={"strict": "-1"}) as output:
        from srq.video.frame import frame_of

        video = output.add_stream("wrapped_avframe", rate=25)
        video.height, video.width, video.pix_fmt = 12, 16, name
        for number in range(3):
            frame = frame_of(planes(layout, 12, 16, number), layout)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
    target = io.BytesIO()
    with open(tmp_path / "in.y4m", "rb") as source:
        upscale_pipe(source, target, engine, interpolator="reference")
    (tmp_path / "out.y4m").write_bytes(target.getvalue())
    times, frames = seen(tmp_path / "out.y4m")
    assert [float(time) for time in times] == [0, 0.04, 0.08]
    assert [plane.shape for plane in frames[0]] == layout.shapes(24, 32)
    wanted = FrameEnlarger(engine, layout, interpolator="reference")(planes(layout, 12, 16, 2))
    assert np.array_equal(frames[2][0], wanted[0])


def test_a_size(engine):
    source, _ = stream("420p10", KINDS["420p10"])
    target = io.BytesIO()
    upscale_pipe(source, target, engine, interpolator="reference", width=30)
    assert target.getvalue().startswith(b"YUV4MPEG2 W30 H18 ")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "It is empty; pipe raw video in"),
        (b"RIFF1234AVI ", "It ends, or is damaged, within the line of its header"),
        (b"RIFF1234AVI \n", "It is no y4m video; make it one with ffmpeg"),
        (b"YUV4MPEG2 W0 H4\n", "It does not say the size of its frames"),
        (b"YUV4MPEG2 W4\n", "It does not say the size of its frames"),
        (b"YUV4MPEG2 W4 H4 It\n", "It is interlaced; deinterlace it first"),
        (b"YUV4MPEG2 W4 H4 C420p11\n", "The colour space 420p11 of It is unknown"),
        (b"YUV4MPEG2 W4 H4 C444alpha\n", "The colour space 444alpha of It is unknown"),
        (b"YUV4MPEG2 W4 H4 Cmono\nFRAMES\n", "Frame 0 of It does not begin as one"),
    ],
)
def test_what_is_no_y4m_is_told(engine, data, sentence):
    with pytest.raises(VideoError, match=sentence):
        upscale_pipe(io.BytesIO(data), io.BytesIO(), engine, name="It")


def test_the_frames_before_a_cut_are_written(engine):
    source, _ = stream("420jpeg", KINDS["420jpeg"])
    cut = io.BytesIO(source.getvalue()[:-10])
    target = io.BytesIO()
    with pytest.raises(VideoError, match="It ends within frame 2; the 2 before it are upscaled"):
        upscale_pipe(cut, target, engine, name="It", interpolator="reference")
    whole = io.BytesIO()
    source.seek(0)
    upscale_pipe(source, whole, engine, interpolator="reference")
    size = 26 * 42 + 2 * 13 * 21 + len(b"FRAME\n")
    assert target.getvalue() == whole.getvalue()[:-size]


def test_a_reader_that_leaves_ends_it(engine):
    class Left(io.BytesIO):
        def write(self, data):
            if self.tell() > 2000:
                raise BrokenPipeError
            return super().write(data)

    source, _ = stream("420jpeg", KINDS["420jpeg"], frames=30)
    with pytest.raises(BrokenPipeError):
        upscale_pipe(source, Left(), engine, interpolator="reference")
