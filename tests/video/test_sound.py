"""Sound copied, made AAC or left out; and what is said where a container cannot hold it."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from srq.errors import ConfigError, VideoError
from srq.parallel.shards import Shard
from srq.video.run import merge_video
from tests.video.clips import carried, make
from tests.video.test_run import go


def clip(name, audio="pcm_s16le", *, rate=48000, layout="stereo", gap=False, frames=25):
    """A second of a click every tenth, with frames of video; a ``gap`` in the middle third."""

    def configure(output, video):
        stream = output.add_stream(audio, rate=rate, layout=layout)
        stream.metadata["language"] = "jpn"

    def end(output):
        stream = next(stream for stream in output.streams if stream.type == "audio")
        size = rate // 100
        for number in range(100):
            if gap and 33 <= number < 66:
                continue
            wave = np.zeros((stream.layout.nb_channels, size), np.float32)
            if number % 10 == 5:
                wave[:, : size // 2] = 0.8 * np.sin(np.arange(size // 2) * 0.03)
            frame = av.AudioFrame.from_ndarray(wave, "fltp", layout)
            frame.sample_rate, frame.pts = rate, number * size
            frame.time_base = Fraction(1, rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))

    make(name, codec="libx264", frames=frames, configure=configure, end=end)


def heard(name):
    """(codec, layout, rate, wave of the first channel from time 0 of the video on)."""
    with av.open(name) as container:
        start = next(container.decode(video=0)).time
    with av.open(name) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler("fltp", "mono", 48000)
        wave = np.zeros(60000, np.float32)
        for frame in container.decode(stream):
            for part in resampler.resample(frame):
                samples = part.to_ndarray()[0]
                assert part.time is not None
                place = round((part.time - start) * 48000)
                skip = max(0, -place)
                wave[place + skip : place + len(samples)] = samples[skip:]
        context = stream.codec_context
        return context.codec.canonical_name, context.layout.name, context.sample_rate, wave


def lag(one, other):
    """By how many samples one wave is late against another, by the best match within 50 ms."""
    reach = 2400
    scores = [
        np.dot(one[reach:-reach], other[reach + by : len(other) - reach + by])
        for by in range(-reach, reach + 1, 8)
    ]
    return -(int(np.argmax(scores)) * 8 - reach)


@pytest.mark.parametrize(
    ("source", "target"),
    [("in.mov", "out.mp4"), ("in.mkv", "out.mov"), ("in.mov", "out.mkv"), ("in.mkv", "out.ts")],
)
def test_aac_keeps_its_time_and_its_language(here, engine, source, target):
    clip(source)
    go(source, target, engine, audio="aac")
    codec, layout, rate, wave = heard(target)
    assert (codec, layout, rate) == ("aac", "stereo", 48000)
    _, _, _, before = heard(source)
    late = lag(wave, before)
    assert abs(late) <= (48 if target == "out.mkv" else 8)  # which has whole milliseconds
    assert np.corrcoef(np.roll(wave, -late), before)[0, 1] > 0.8
    with av.open(target) as container:
        assert container.streams.audio[0].metadata["language"] == "jpn"


def test_a_gap_is_silence_and_what_follows_stays_at_its_time(here, engine):
    clip("in.mkv", gap=True)
    go("in.mkv", "out.mp4", engine, audio="aac")
    _, _, _, wave = heard("out.mp4")
    _, _, _, before = heard("in.mkv")
    second = slice(31680, 60000)
    assert abs(lag(wave[second], before[second])) <= 48
    assert np.abs(wave[18000:30000]).max() < 0.05


@pytest.mark.parametrize(
    ("audio", "rate", "layout", "expected"),
    [
        ("flac", 22050, "mono", ("mono", 22050)),
        ("flac", 48000, "5.1", ("5.1", 48000)),
        ("flac", 48000, "5.1(side)", ("5.1", 48000)),
        ("flac", 192000, "stereo", ("stereo", 48000)),
        ("pcm_f32le", 37800, "quad", ("4.0", 48000)),
    ],
)
def test_rates_and_channels(here, engine, audio, rate, layout, expected):
    clip("in.mkv", audio, rate=rate, layout=layout)
    go("in.mkv", "out.mp4", engine, audio="aac")
    codec, layout, rate, _ = heard("out.mp4")
    assert (codec, layout, rate) == ("aac", *expected)


def test_aac_is_not_encoded_again(here, engine):
    make("in.mp4", codec="libx264", frames=20, audio="aac")
    go("in.mp4", "out.mkv", engine, audio="aac")
    assert [hashed for _, hashed in carried("out.mkv", "audio")] == [
        hashed for _, hashed in carried("in.mp4", "audio")
    ]


def test_none_leaves_it_out(here, engine):
    clip("in.mkv")
    assert go("in.mkv", "out.mp4", engine, audio="none").notes == ()
    with av.open("out.mp4") as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_bytes_are_the_same_in_shards_and_runs(here, engine):
    clip("in.mkv")
    go("in.mkv", "one.mp4", engine, audio="aac")
    go("in.mkv", "two.mp4", engine, audio="aac")
    for shard in (1, 2):
        go("in.mkv", "three.mp4", engine, audio="aac", shard=Shard(shard, 2))
    merge_video(Path("in.mkv"), Path("three.mp4"))
    assert len({Path(f"{name}.mp4").read_bytes() for name in ("one", "two", "three")}) == 1


@pytest.mark.parametrize(
    ("codec", "target", "advice"),
    [
        ("pcm_s16le", "out.webm", r"; --audio none leaves it out, and \.mkv carries nearly every"),
        (
            "pcm_mulaw",
            "out.mp4",
            r"; --audio aac encodes it, --audio none leaves it out, and \.mkv c",
        ),
        ("pcm_mulaw", "out.mkv", r"; --audio aac encodes it, --audio none leaves it out\."),
    ],
)
def test_a_container_that_cannot_hold_it_is_told_with_the_ways_out(
    here, engine, codec, target, advice
):
    clip("in.avi", codec)
    sentence = rf"cannot carry the audio stream 1 \({codec}\) of in\.avi{advice}"
    with pytest.raises(VideoError, match=sentence) as error:
        go("in.avi", target, engine)
    assert str(error.value).startswith(Path(target).suffix)
    assert sorted(path.name for path in here.iterdir()) == ["in.avi"]
    if "aac" in advice:
        go("in.avi", target, engine, audio="aac")
        assert heard(target)[0] == "aac"


def test_webm_holds_no_aac(here, engine):
    clip("in.mkv")
    with pytest.raises(VideoError, match=r"\.webm cannot carry AAC; choose --audio copy or none"):
        go("in.mkv", "out.webm", engine, audio="aac")


def test_an_unknown_way_is_told(here, engine):
    clip("in.mkv")
    with pytest.raises(ConfigError, match="There is no --audio 'acc'; did you mean 'aac'"):
        go("in.mkv", "out.mkv", engine, audio="acc")
