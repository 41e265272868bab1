"""What goes wrong in the middle: one sentence, and what was finished stays."""

import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from srq.errors import StorageError, VideoError
from srq.video.layout import Layout
from srq.video.parts import parts_folder
from srq.video.probe import probe
from srq.video.run import Options, upscale_video
from tests.video.clips import carried, make, seen

ROOT = Path(__file__).parents[2]


def go(source, target, engine, **options):
    return upscale_video(
        Path(source), Path(target), engine, Options(segment=4, codec="ffv1"),
        interpolator="reference", **options,
    )  # fmt: skip


def first_frames_of(path, whole, count):
    """Whether a result holds the first frames of another."""
    times, made = seen(path)
    all_times, all_made = seen(whole)
    assert times == all_times[:count]
    for one, other in zip(made, all_made[:count], strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_a_broken_frame_ends_it_and_what_came_before_is_there(here, engine, codec):
    make("in.mkv", frames=14, size=(96, 128), audio="flac", codec=codec)
    go("in.mkv", "whole.mkv", engine)
    broken = bytes(packets_of("in.mkv")[9])
    data = bytearray(Path("in.mkv").read_bytes())
    place = data.index(broken) + len(broken) // 3
    noise = np.random.default_rng(1).integers(0, 255, min(200, len(broken) // 2))
    data[place : place + len(noise)] = noise.astype(np.uint8).tobytes()
    Path("in.mkv").write_bytes(data)
    with pytest.raises(VideoError) as error:
        go("in.mkv", "out.mkv", engine)
    sentence = str(error.value)
    assert sentence.startswith("Cannot ")
    count = len(seen("out.incomplete.mkv")[0])
    assert sentence.endswith(f"; the {count} frames before that are in out.incomplete.mkv.")
    assert 5 <= count <= 10
    assert not Path("out.mkv").exists()
    assert not parts_folder(Path("out.mkv")).exists()
    first_frames_of("out.incomplete.mkv", "whole.mkv", count)
    assert 0 < len(carried("out.incomplete.mkv", "audio")) < len(carried("whole.mkv", "audio"))


def test_a_file_cut_short_gives_what_is_in_it(here, engine):
    make("in.mkv", frames=200, size=(48, 64))
    whole = Path("in.mkv").read_bytes()
    Path("in.mkv").write_bytes(whole[: len(whole) // 10])
    count = len(probe(Path("in.mkv")).times)
    with pytest.raises(VideoError, match=f"cut short.*; the {count} frames before that are in"):
        go("in.mkv", "out.mkv", engine)
    assert len(seen("out.incomplete.mkv")[0]) == count


def changing(path, change):
    """A raw stream whose second half is another video's."""
    make("one.264", codec="libx264", frames=6, container="h264")
    make("two.264", codec="libx264", frames=6, container="h264", **change)
    Path(path).write_bytes(Path("one.264").read_bytes() + Path("two.264").read_bytes())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"size": (48, 64)}, "frames are 64 x 48 from there on, and 32 x 24 before"),
        ({"layout": Layout(8, "444")}, "pixels are yuv444p from there on, and yuv420p before"),
    ],
)
def test_frames_that_change_end_it(here, engine, change, sentence):
    changing("in.264", change)
    with pytest.raises(VideoError, match=f"beyond frame 6, at 0.240 s: {sentence}; cut the video"):
        go("in.264", "out.mkv", engine)
    assert len(seen("out.incomplete.mkv")[0]) == 6


def test_a_shard_that_meets_a_fault_tells_it_and_keeps_its_parts(here, engine):
    from srq.parallel.shards import Shard

    changing("in.264", {"size": (48, 64)})
    with pytest.raises(VideoError, match=r"cut the video in two there\.$"):
        go("in.264", "out.mkv", engine, shard=Shard(1, 1))
    assert (parts_folder(Path("out.mkv")) / "000000.part").exists()
    assert not Path("out.incomplete.mkv").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_closed_to_us_is_told_before_the_work(here, engine):
    make("in.mkv", frames=3)
    (here / "out").mkdir(mode=0o500)
    with pytest.raises(StorageError, match="permission is denied; choose a folder"):
        go("in.mkv", "out/it.mkv", engine)


def test_a_target_below_a_file_is_told(here, engine):
    make("in.mkv", frames=3)
    with pytest.raises(StorageError, match="a part of the path is a file, not a folder"):
        go("in.mkv", "in.mkv/out.mkv", engine)


FULL = """
import resource, sys
from pathlib import Path
from srq.engines import open_engine
from srq.errors import StorageError
from srq.video.run import Options, upscale_video
from tests.upscaling.sharpen_program import sharpen_program
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
engine = open_engine(sharpen_program(), "reference")
try:
    upscale_video(Path("in.mkv"), Path("out.mkv"), engine, Options(segment=4, codec="ffv1"),
        interpolator="reference", resume=True)
except StorageError as error:
    print(error)
"""


def limited(size):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(size)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def test_a_full_disk_leaves_the_finished_parts_and_resume_goes_on(here, engine):
    make("in.mkv", frames=24, given=quiet_then_loud)
    go("in.mkv", "whole.mkv", engine)
    sizes = [len(bytes(packet)) for packet in packets_of("whole.mkv")]
    quiet, loud = sum(sizes[:4]), sum(sizes[16:20])
    assert quiet * 2 < loud
    # Files can grow to less than a loud part: the quiet ones are made.
    assert limited(loud - 100) == "Cannot write out.mkv.parts/000004.broken: File too large.\n"
    assert sorted(path.name for path in parts_folder(Path("out.mkv")).iterdir()) == [
        "000000.part", "000001.part", "000002.part", "000003.part", "plan.json",
    ]  # fmt: skip
    # Now the parts fit, and the whole does not.
    assert limited(loud * 2) == "Cannot write out.mkv: File too large.\n"
    assert not Path("out.mkv").exists()
    assert limited(loud * 100) == ""
    assert Path("out.mkv").read_bytes() == Path("whole.mkv").read_bytes()


def quiet_then_loud(number):
    if number < 16:
        return [np.full(shape, 99, np.uint8) for shape in Layout(8, "420").shapes(24, 32)]
    noise = np.random.default_rng(number)
    return [
        noise.integers(0, 256, shape).astype(np.uint8) for shape in Layout(8, "420").shapes(24, 32)
    ]


def packets_of(path):
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(video=0) if packet.size]


def test_a_source_that_ends_sooner_than_its_packets_promise(here, engine):
    # DivX's packed frames: the AVI has packets with no frame in them.
    make("in.avi", codec="mpeg4", frames=9)
    with av.open("in.avi") as given, av.open("less.avi", "w") as output:
        video = output.add_stream_from_template(given.streams.video[0], opaque=True)
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = video
                output.mux(packet)
    assert go("less.avi", "out.mkv", engine).frames == 9
