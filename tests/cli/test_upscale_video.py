import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest
from rich.console import Console

from srq import zoo
from srq.cli.app import main
from srq.cli.upscale_video import Lines, is_video, target_of
from srq.image.io import Picture, write
from srq.program import save
from srq.video.layout import Layout
from tests.upscaling.sharpen_program import sharpen_program
from tests.video.clips import make, seen
from tests.video.test_y4m import stream

ROOT = Path(__file__).parents[2]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder with a clip, and the sharpening program as the zoo's kim-x2."""
    (tmp_path / "zoo").mkdir()
    save(sharpen_program(), tmp_path / "zoo" / "kim-x2.srq")
    monkeypatch.setattr(zoo, "FOLDER", tmp_path / "zoo")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    save(sharpen_program(), "own.srq")
    make("clip.mp4", codec="libx264", frames=12, audio="aac")
    return tmp_path / "here"


def srq(*arguments, **options):
    """srq in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "srq", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, **options,
    )  # fmt: skip


def test_one_argument_is_enough(here, capsys):
    assert main(["upscale", "clip.mp4"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("clip-x2.mp4: 64 x 48, 12 frames, ")
    assert out.count("\n") == 1
    assert err.startswith("Network kim-x2, chosen for H.264, ")
    assert err.endswith(" bits per pixel.\n")
    times, frames = seen("clip-x2.mp4")
    assert (len(times), frames[0][0].shape) == (12, (48, 64))


def test_what_machines_read(here, capsys):
    arguments = ["upscale", "clip.mp4", "out.mkv", "--codec", "ffv1", "--height", "36"]
    assert main([*arguments, "--json", "report.json"]) == 0
    report = json.loads(Path("report.json").read_text())
    assert (report["source"], report["target"]) == ("clip.mp4", "out.mkv")
    assert (report["frames"], report["height"], report["width"]) == (12, 36, 48)
    assert (report["codec"], report["model"], report["shard"]) == ("ffv1", "kim-x2", None)
    assert main([*arguments, "--skip-existing"]) == 0
    assert capsys.readouterr().out.endswith("out.mkv: skipped\n")


def test_sound_and_fields_are_chosen(here, capsys):
    options = ["--audio", "none", "--deinterlace"]
    assert main(["upscale", "clip.mp4", "out.mkv", *options]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("out.mkv: 64 x 48, 24 frames, ")
    sentence = "The file does not say that it is interlaced; it is deinterlaced as asked."
    assert err.splitlines()[-1] == sentence
    with av.open("out.mkv") as container:
        assert [stream.type for stream in container.streams] == ["video"]


@pytest.mark.parametrize(
    ("source", "target", "video"),
    [
        ("a.mp4", None, True),
        ("a.MKV", "b", True),
        ("a.png", "b.mp4", False),
        ("a.gif", None, False),
        ("a.gif", "b.webp", False),
        ("a.gif", "b.mp4", True),
        ("a", "b.mkv", True),
        ("a", "b.png", False),
        ("a", None, False),
    ],
)
def test_names_tell_a_video(source, target, video):
    assert is_video(Path(source), target and Path(target)) == video


def test_a_result_is_called_after_its_source(tmp_path):
    assert target_of(Path("a/b.avi"), None, 3) == Path("a/b-x3.mkv")
    assert target_of(Path("a/b.webm"), None, 3) == Path("a/b-x3.webm")
    assert target_of(Path("a/b.webm"), tmp_path, 3) == tmp_path / "b.webm"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["gone.mp4"], "Cannot read gone.mp4: it does not exist; check the path."),
        (["clip.mp4", "--shard", "0/4"], "from 1 to N, such as 1/4, not '0/4'"),
        (["clip.mp4", "--shard", "two"], "A shard is I/N with I from 1 to N,"),
        (["photo.png", "--crf", "3"], "--crf is for videos, but photo.png is none by its name."),
        (["photo.png", "--shard", "1/2"], "A shard is of a folder or a video, and photo"),
        (["photo.png", "--deinterlace"], "--deinterlace is for videos, but photo.png is none by"),
        (["-", "--audio", "none"], "--audio is for video files; the programs of a pipe do that."),
        (["clip.mp4", "--audio", "acc"], "There is no --audio 'acc'; did you mean 'aac'?"),
        (["photo.png", "--resume"], "none by its name; --skip-existing goes on with a folder"),
        (["-", "out.mkv"], "goes to standard output, not to out.mkv; pipe it into ffmpeg"),
        (["clip.mp4", "--codec", "vp9"], "There is no codec 'vp9'; choose one of h264,"),
        (["clip.mp4", "--preset", "x"], "H.264 cannot encode 64 x 48 yuv420p with preset x;"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(here, arguments, sentence, capsys):
    write("photo.png", Picture(np.zeros((4, 4), np.uint8)))
    before = sorted(here.iterdir())
    assert main(["upscale", *arguments]) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert (err.count("\n"), out) == (1, "")
    assert sorted(here.iterdir()) == before


def test_without_pyav_it_says_how_to_get_it(here, monkeypatch, capsys):
    for name in [name for name in sys.modules if name.startswith(("srq.video.", "av."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "av", None)
    assert main(["upscale", "clip.mp4"]) == 2
    sentence = "This needs av, which is not installed: pip install 'srq[video]'.\n"
    assert capsys.readouterr().err == sentence


def test_shards_of_a_video_and_their_merge(here, capsys):
    assert main(["upscale", "clip.mp4", "whole.mp4", "--segment", "5"]) == 0
    for shard in ("1/2", "2/2"):
        assert main(["upscale", "clip.mp4", "out.mp4", "--segment", "5", "--shard", shard]) == 0
    assert "out.mp4.parts, 2/2: 64 x 48, 7 frames, " in capsys.readouterr().out
    assert main(["merge", "clip.mp4", "out.mp4"]) == 0
    assert capsys.readouterr().out == "out.mp4: 64 x 48, 12 frames\n"
    assert Path("out.mp4").read_bytes() == Path("whole.mp4").read_bytes()
    assert main(["merge", "clip.mp4", "new.mp4"]) == 2
    assert "no parts in new.mp4.parts; run srq upscale --shard" in capsys.readouterr().err


def test_shards_of_a_folder_and_their_merge(here, capsys):
    for number in range(5):
        write(f"in/{number}.png", Picture(np.full((4, 5), number, np.uint8)))
    assert main(["merge", "in", "out"]) == 2
    assert main(["upscale", "in", "out", "--shard", "1/2"]) == 0
    assert sorted(path.name for path in Path("out").glob("*.png")) == ["0.png", "2.png", "4.png"]
    assert main(["merge", "in", "out"]) == 2
    assert main(["upscale", "in", "out", "--shard", "2/2"]) == 0
    capsys.readouterr()
    assert main(["merge", "in", "out"]) == 0
    assert capsys.readouterr().out == "out: 5 pictures, each there once\n"
    assert sorted(path.name for path in Path("out").iterdir()) == [f"{n}.png" for n in range(5)]


def test_raw_video_in_a_pipe(here):
    source, _ = stream("420jpeg", Layout(8, "420", centred=True), size=(12, 16))
    with srq("upscale", "-", "--model", "own.srq", stdin=subprocess.PIPE) as process:
        out, err = process.communicate(source.getvalue(), timeout=240)
    assert (process.returncode, err) == (0, b"")
    assert out.startswith(b"YUV4MPEG2 W32 H24 ")
    assert out.count(b"FRAME\n") == 3


def test_a_pipe_that_is_cut_short(here):
    source, _ = stream("mono", Layout(8), size=(12, 16))
    with srq("upscale", "-", "-", "--model", "own.srq", stdin=subprocess.PIPE) as process:
        out, err = process.communicate(source.getvalue()[:-1], timeout=240)
    assert process.returncode == 2
    assert err == b"Standard input ends within frame 2; the 2 before it are upscaled.\n"
    assert out.count(b"FRAME\n") == 2


def test_a_reader_of_a_pipe_that_leaves(here):
    source, _ = stream("mono", Layout(8), size=(100, 100), frames=60)
    Path("in.y4m").write_bytes(source.getvalue())
    with (
        open("in.y4m", "rb") as given,
        srq("upscale", "-", "--model", "own.srq", stdin=given) as process,
    ):
        process.stdout.read(100)
        process.stdout.close()
        err = process.stderr.read()
        process.wait(240)
    assert (process.returncode, err) == (141, b"")


@pytest.fixture
def running(here):
    """srq at work on a long clip, with its first part finished."""
    make("long.mp4", codec="libx264", frames=400, size=(96, 128))
    with srq("upscale", "long.mp4", "out.mp4", "--model", "own.srq", "--segment", "20") as process:
        deadline = time.monotonic() + 240
        while not Path("out.mp4.parts/000000.part").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        yield process
        process.kill()


def finish():
    with srq(
        "upscale", "long.mp4", "out.mp4", "--model", "own.srq", "--segment", "20", "--resume"
    ) as p:
        _, err = p.communicate(timeout=240)
    assert (p.returncode, err) == (0, b"")
    assert len(seen("out.mp4")[0]) == 400
    assert not Path("out.mp4.parts").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_keeps_the_finished_segments(running, number, code):
    running.send_signal(number)
    _, err = running.communicate(timeout=240)
    assert running.returncode == code
    first, second = err.decode().splitlines()
    assert first.endswith(
        "finished segments are kept in out.mp4.parts; --resume goes on from them."
    )
    assert second == "Interrupted."
    assert not Path("out.mp4").exists()
    finish()


def test_a_kill_leaves_no_file_of_that_name(running):
    running.kill()
    running.communicate(timeout=240)
    assert not Path("out.mp4").exists()
    finish()


def test_a_log_gets_a_line_now_and_then():
    out = io.StringIO()
    lines = Lines(Console(file=out), every=0)
    lines.began(100, 40)
    lines.advanced(20)
    assert out.getvalue().startswith("60 of 100 frames, ")
    assert out.getvalue().endswith(" frames/s, 0:00:00 left\n")


def test_a_terminal_sees_a_live_line(here, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert main(["upscale", "clip.mp4"]) == 0
    out, err = capsys.readouterr()
    assert "/12 frames" in err
    assert "frames/s" in err
    assert out.startswith("clip-x2.mp4: 64 x 48, 12 frames, ")
