"""The whole way: a file in, a file out."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from srq.errors import ConfigError, DataError, VideoError
from srq.parallel.shards import Shard
from srq.video.enlarge import FrameEnlarger
from srq.video.layout import Layout
from srq.video.parts import parts_folder
from srq.video.run import Options, Watcher, merge_video, upscale_video
from tests.video.clips import carried, make, planes, seen

RUGGED = [0, 1, 2, 7, 8, 30, 31, 32, 33, 34, 60, 61, 95, 96, 97, 98, 99, 100, 170, 171]
"""Times of frames that come as they like."""


def go(source, target, engine, *, segment=8, **options):
    names = ("codec", "crf", "width", "height", "deinterlace", "audio")
    chosen = {name: options.pop(name) for name in names if name in options}
    return upscale_video(
        Path(source), Path(target), engine, Options(segment=segment, **chosen),
        interpolator="reference", **options,
    )  # fmt: skip


@pytest.mark.parametrize("size", [(24, 32), (13, 21)])
@pytest.mark.parametrize(
    "name",
    [
        "gray",
        "yuv420p",
        "yuv422p",
        "yuv444p",
        "gray10le",
        "yuv420p10le",
        "yuv422p12le",
        "yuv444p16le",
    ],
)
def test_a_lossless_video_holds_just_what_the_enlarger_makes(here, engine, name, size):
    layout = Layout.named(name)
    make("in.mkv", layout=layout, size=size, frames=10)
    go("in.mkv", "out.mkv", engine, codec="ffv1", segment=4, workers=2)
    enlarge = FrameEnlarger(engine, layout, interpolator="reference")
    _, given = seen("in.mkv")
    _, made = seen("out.mkv")
    assert len(made) == 10
    for before, after in zip(given, made, strict=True):
        for wanted, plane in zip(enlarge(before), after, strict=True):
            assert np.array_equal(wanted, plane)


@pytest.mark.parametrize(
    ("codec", "suffix", "name"),
    [
        ("h264", ".mp4", "yuv420p"),
        ("h264", ".mkv", "yuv444p10le"),
        ("h264", ".ts", "yuv420p"),
        ("hevc", ".mp4", "yuv420p10le"),
        ("hevc", ".mov", "gray"),
        ("av1", ".webm", "yuv420p"),
        ("av1", ".mp4", "yuv420p10le"),
        ("ffv1", ".nut", "yuv422p"),
    ],
)
def test_every_codec_keeps_every_frame_and_its_time(here, engine, codec, suffix, name):
    layout = Layout.named(name)
    make("in.nut", layout=layout, size=(48, 64), times=RUGGED, time_base=Fraction(1, 90000) * 900)
    report = go("in.nut", f"out{suffix}", engine, codec=codec, workers=2)
    assert (report.frames, report.size, report.codec) == (20, (96, 128), codec)
    times, made = seen(f"out{suffix}")
    wanted, given = seen("in.nut")
    shift = times[0] if suffix == ".ts" else 0
    assert [time - shift for time in times] == wanted
    enlarge = FrameEnlarger(engine, layout, interpolator="reference")
    for before, after in zip(given, made, strict=True):
        for plane, lossy in zip(enlarge(before), after, strict=True):
            error = (plane.astype(float) - lossy) / (1 << layout.bits)
            assert np.sqrt(np.mean(error**2)) < 0.05
    with av.open(f"out{suffix}") as container:
        assert container.streams.video[0].codec_context.name.startswith(
            {"av1": "libdav1d"}.get(codec, codec)
        )


def test_ways_that_do_not_matter_do_not_show(here, engine):
    make("in.mp4", codec="libx264", frames=30, audio="aac", options={"g": "7", "bf": "2"})
    go("in.mp4", "one.mp4", engine)
    expected = Path("one.mp4").read_bytes()
    go("in.mp4", "two.mp4", engine, workers=3)
    assert Path("two.mp4").read_bytes() == expected
    for shard in (2, 3, 1):
        go("in.mp4", "three.mp4", engine, shard=Shard(shard, 3))
        assert not Path("three.mp4").exists()
    assert merge_video(Path("in.mp4"), Path("three.mp4")).frames == 30
    assert Path("three.mp4").read_bytes() == expected
    assert not parts_folder(Path("three.mp4")).exists()


class Stopped(Watcher):
    """Ctrl-C after so many frames."""

    def __init__(self, after=None):
        self.after = after
        self.total = self.done = self.made = 0

    def began(self, total, done):
        self.total, self.done = total, done

    def advanced(self, frames):
        self.made += frames
        if self.made == self.after:
            raise KeyboardInterrupt


def test_an_interrupted_work_goes_on(here, engine):
    make("in.mkv", frames=30)
    go("in.mkv", "whole.mkv", engine)
    with pytest.raises(KeyboardInterrupt):
        go("in.mkv", "out.mkv", engine, watcher=Stopped(20))
    assert not Path("out.mkv").exists()
    assert sorted(path.name for path in parts_folder(Path("out.mkv")).iterdir()) == [
        "000000.part", "000001.part", "plan.json",
    ]  # fmt: skip
    with pytest.raises(
        ConfigError, match=r"out\.mkv\.parts holds parts of an earlier run; use --r"
    ):
        go("in.mkv", "out.mkv", engine)
    with pytest.raises(ConfigError, match=r"made with another codec \(h264, now ffv1\); use"):
        go("in.mkv", "out.mkv", engine, codec="ffv1", resume=True)
    watcher = Stopped()
    go("in.mkv", "out.mkv", engine, resume=True, watcher=watcher)
    assert (watcher.total, watcher.done, watcher.made) == (30, 16, 14)
    assert Path("out.mkv").read_bytes() == Path("whole.mkv").read_bytes()


def test_a_changed_source_is_noticed(here, engine):
    make("in.mkv", frames=12)
    with pytest.raises(KeyboardInterrupt):
        go("in.mkv", "out.mkv", engine, segment=4, watcher=Stopped(9))
    make("in.mkv", frames=12, given=lambda n: planes(Layout(8, "420"), 24, 32, n, seed=1))
    with pytest.raises(ConfigError, match="made with another source"):
        go("in.mkv", "out.mkv", engine, segment=4, resume=True)
    go("in.mkv", "out.mkv", engine, segment=4, overwrite=True)
    assert not parts_folder(Path("out.mkv")).exists()


def test_a_merge_tells_what_is_missing_or_damaged(here, engine):
    make("in.mkv", frames=12)
    go("in.mkv", "out.mkv", engine, segment=4, shard=Shard(1, 2))
    with pytest.raises(DataError, match=r"Segment 1 of 3 is missing in out\.mkv\.parts; run its"):
        merge_video(Path("in.mkv"), Path("out.mkv"))
    go("in.mkv", "out.mkv", engine, segment=4, shard=Shard(2, 2))
    part = parts_folder(Path("out.mkv")) / "000002.part"
    sound = part.read_bytes()
    part.write_bytes((parts_folder(Path("out.mkv")) / "000001.part").read_bytes())
    with pytest.raises(DataError, match=r"000002\.part is no part of this work"):
        merge_video(Path("in.mkv"), Path("out.mkv"))
    part.write_bytes(sound[:-60])
    with pytest.raises(DataError, match=r"000002\.part is damaged"):
        merge_video(Path("in.mkv"), Path("out.mkv"))
    part.write_bytes(sound)
    make("other.mkv", frames=12, given=lambda n: planes(Layout(8, "420"), 24, 32, n, seed=1))
    with pytest.raises(ConfigError, match=r"other\.mkv is not the file that the parts"):
        merge_video(Path("other.mkv"), Path("out.mkv"))
    assert not Path("out.mkv").exists()
    assert merge_video(Path("in.mkv"), Path("out.mkv")).frames == 12


@pytest.mark.parametrize(("suffix", "audio"), [(".mp4", "aac"), (".mkv", "flac"), (".mkv", "aac")])
def test_sound_comes_out_as_it_went_in(here, engine, suffix, audio):
    make(f"in{suffix}", codec="libx264", frames=40, audio=audio)
    go(f"in{suffix}", f"out{suffix}", engine)
    assert carried(f"out{suffix}", "audio") == carried(f"in{suffix}", "audio")


def test_what_a_file_says_beside_its_pictures_is_kept(here, engine):
    def configure(output, video):
        context = video.codec_context
        context.sample_aspect_ratio = Fraction(4, 3)
        context.color_range, context.colorspace = 1, 1
        context.color_primaries, context.color_trc = 9, 16
        video.metadata["language"] = "nld"
        output.metadata["title"] = "A title"
        text = output.add_mux_stream("subrip")
        text.metadata["language"] = "fra"
        unit = Fraction(1, 1000)
        output.set_chapters(
            [
                {"id": n, "start": start, "end": start + 400, "time_base": unit, "metadata": about}
                for n, start, about in ((1, 0, {"title": "First"}), (2, 400, {"title": "Second"}))
            ]
        )

    def end(output):
        packet = av.Packet(b"Hello there")
        packet.stream = next(s for s in output.streams if s.type == "subtitle")
        packet.time_base = Fraction(1, 1000)
        packet.pts = packet.dts = 120
        packet.duration = 300
        output.mux(packet)

    make("in.mkv", codec="libx264", audio="aac", configure=configure, end=end)
    go("in.mkv", "out.mkv", engine)
    with av.open("in.mkv") as before, av.open("out.mkv") as after:
        assert after.metadata["title"] == "A title"
        assert [stream.type for stream in after.streams] == [s.type for s in before.streams]
        assert [s.metadata.get("language") for s in after.streams] == [
            s.metadata.get("language") for s in before.streams
        ]
        assert after.chapters() == before.chapters()
        video = after.streams.video[0]
        assert video.sample_aspect_ratio == Fraction(4, 3)
        frame = next(after.decode(video))
        assert (frame.color_range, frame.colorspace) == (1, 1)
        assert (frame.color_primaries, frame.color_trc) == (9, 16)
    assert carried("out.mkv", "subtitle") == carried("in.mkv", "subtitle")
    assert len(carried("out.mkv", "subtitle")) == 1


def test_a_title_in_another_encoding_keeps_its_bytes(here, engine):
    make(
        "in.mp4", codec="libx264", frames=3,
        configure=lambda output, video: output.metadata.update(title="caf? au lait"),
    )  # fmt: skip
    written = Path("in.mp4").read_bytes().replace(b"caf? au", b"caf\xe9 au")
    Path("in.mp4").write_bytes(written)
    go("in.mp4", "out.mp4", engine)
    assert b"caf\xe9 au lait" in written
    assert b"caf\xe9 au lait" in Path("out.mp4").read_bytes()


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_video_stays_turned(here, engine, degrees):
    make(
        "in.mp4", codec="libx264", frames=3,
        configure=lambda output, video: video.set_display_rotation(degrees),
    )  # fmt: skip
    go("in.mp4", "out.mp4", engine)
    with av.open("in.mp4") as before, av.open("out.mp4") as after:
        turned = [next(container.decode(video=0)).rotation for container in (before, after)]
    assert turned[0] == turned[1] != 0


def test_both_sides_given_change_the_pixels_not_the_picture(here, engine):
    def configure(output, video):
        video.codec_context.sample_aspect_ratio = Fraction(4, 3)

    make("in.mkv", configure=configure, frames=3)
    go("in.mkv", "out.mkv", engine, width=64, height=36, codec="ffv1")
    with av.open("out.mkv") as container:
        video = container.streams.video[0]
        assert (video.height, video.width) == (36, 64)
        shape = video.sample_aspect_ratio or 1  # Matroska does not say that pixels are square.
        assert shape * Fraction(64, 36) == Fraction(4, 3) * Fraction(32, 24)


def test_attached_fonts_are_kept_where_they_can_be(here, engine):
    def configure(output, video):
        output.add_attachment("font.ttf", "application/x-truetype-font", b"a font")

    make("in.mkv", codec="libx264", frames=3, configure=configure)
    assert go("in.mkv", "out.mkv", engine).notes == ()
    with av.open("out.mkv") as container:
        (font,) = (stream for stream in container.streams if stream.type == "attachment")
        assert (font.name, font.data) == ("font.ttf", b"a font")
    (note,) = go("in.mkv", "out.mp4", engine).notes
    assert note == ".mp4 cannot carry the attachment stream 1 (unknown); it is left out."


def test_packed_pixels_are_converted_and_told(here, engine):
    layout = Layout(8, "444")
    with av.open("in.mkv", "w") as output:
        video = output.add_stream("ffv1", rate=25)
        video.height, video.width, video.pix_fmt = 24, 32, "bgr0"
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(np.full((24, 32, 3), 40 * number + 20, np.uint8))
            output.mux(video.encode(frame.reformat(format="bgr0")))
        output.mux(video.encode(None))
    report = go("in.mkv", "out.mkv", engine, codec="ffv1")
    assert report.notes == ("Pixels are bgr0; they are upscaled as yuv444p.",)
    _, made = seen("out.mkv")
    assert [plane.shape for plane in made[0]] == layout.shapes(48, 64)


def test_ten_bits_become_hevc_by_themselves(here, engine):
    make("in.mkv", layout=Layout(10, "420"), size=(48, 64), frames=3)
    assert go("in.mkv", "out.mp4", engine).codec == "hevc"
    assert go("in.mkv", "out.webm", engine).codec == "av1"
    assert go("in.mkv", "out.nut", engine).codec == "ffv1"


@pytest.mark.parametrize(
    ("options", "kind", "sentence"),
    [
        ({"codec": "vp9"}, ConfigError, "There is no codec 'vp9'; choose one of h264, hevc, av1,"),
        ({"crf": 60}, ConfigError, r"H\.264 takes a --crf from 0 to 51, not 60"),
        ({"codec": "ffv1", "crf": 1}, ConfigError, "FFV1 is lossless and takes no --crf"),
        (
            {"codec": "av1"},
            VideoError,
            "AV1 cannot hold yuv444p frames; choose --codec h264 or hevc",
        ),
        ({"target": "out.gif"}, VideoError, r"out\.gif does not say a video format; end it in one"),
        (
            {"target": "out.webm", "codec": "h264"},
            VideoError,
            r"\.webm cannot carry H\.264; choose another --codec",
        ),
        ({"target": "in.mkv"}, ConfigError, r"in\.mkv is the video to read; give the result"),
        ({"target": "there.mkv"}, ConfigError, r"there\.mkv exists; use --force"),
    ],
)
def test_a_mistake_is_told_before_the_work(here, engine, options, kind, sentence):
    make("in.mkv", layout=Layout(8, "444"), frames=3)
    Path("there.mkv").write_bytes(b"mine")
    with pytest.raises(kind, match=sentence):
        go("in.mkv", options.pop("target", "out.mkv"), engine, **options)
    assert sorted(path.name for path in here.iterdir()) == ["in.mkv", "there.mkv"]


def test_subtitles_that_a_container_cannot_carry_are_told_before_the_work(here, engine):
    make("in.mkv", frames=3, configure=lambda output, video: output.add_mux_stream("subrip"))
    with pytest.raises(VideoError, match=r"\.mp4 cannot carry the subtitle stream 1 .*write \.mkv"):
        go("in.mkv", "out.mp4", engine, codec="h264")
    assert not parts_folder(Path("out.mp4")).exists()


def test_a_missing_encoder_is_named(here, engine, monkeypatch):
    from srq.video import codecs

    broken = {**codecs.CODECS, "h264": codecs.Codec("H.264", "libnone", codecs._x264, 18, 51)}
    monkeypatch.setattr(codecs, "CODECS", broken)
    make("in.mkv", frames=3)
    with pytest.raises(VideoError, match=r"no encoder for H\.264 \(libnone\); choose another"):
        go("in.mkv", "out.mkv", engine)
