"""The commands of srq store, from the folder to the library and back."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")

from srq.cli.app import main
from srq.store import choose
from srq.store.candidates import Way
from tests.store.conftest import file_of


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of three files: a photograph, a gray picture, and none."""
    noise = Image.effect_noise((40, 32), 60)
    (tmp_path / "photos" / "below").mkdir(parents=True)
    (tmp_path / "photos" / "a.jpg").write_bytes(file_of(noise.convert("RGB"), "JPEG", quality=92))
    (tmp_path / "photos" / "below" / "b.png").write_bytes(file_of(noise))
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no picture")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_plan(here, capsys, monkeypatch):
    monkeypatch.setattr(choose, "all_ways", lambda _: [Way("webp", "webp")])
    command = ["store", "plan", "photos", "--mode", "small", "--recursive"]
    assert main([*command, "--html", "plan.html", "--json", "plan.json"]) == 0
    out, err = capsys.readouterr()
    first, second, third, last = out.splitlines()
    assert first.startswith("[1/3] a.jpg: ")
    assert "SSIMULACRA2 " in first or "jpeg in jxl" in first
    assert second.endswith("as it came (it is gray)")
    assert "it is not a picture" in third
    assert last.endswith("1 kept as they came, 1 cannot be read.")
    assert err == ""
    found = json.loads(Path("plan.json").read_text())
    assert (found["mode"], found["pictures"], found["failed"], found["kept"]) == ("small", 3, 1, 1)
    assert found["bytes_stored"] == sum(
        row["chosen"]["bytes"] for row in found["rows"] if "chosen" in row
    )
    page = Path("plan.html").read_text()
    for words in ("What photos would take", "below/b.png", "it is gray", "is not a picture"):
        assert words in page


def test_plan_says_what_is_wrong(here, capsys):
    assert main(["store", "plan", "photos", "--mode", "hihg"]) == 2
    assert "did you mean 'high'" in capsys.readouterr().err
    Path("empty").mkdir()
    assert main(["store", "plan", "empty"]) == 2
    assert "--recursive looks below it as well" in capsys.readouterr().err
    assert main(["store", "plan", "absent"]) == 2
    assert "it does not exist" in capsys.readouterr().err


def test_a_library_from_import_to_export(here, capsys):
    assert main(["store", "import", "photos", "-r", "--mode", "exact", "--album", "all"]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "2 taken in, 0 were there, 1 failed."
    assert err == "Cannot keep broken.jpg: it is not a picture.\n"
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert main(["store", "worker", "--drain", "--grace-days", "0"]) == 0
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
    assert capsys.readouterr().out.count("done in") == 2
    assert main(["store", "fsck", "--deep", "--json", "-"]) == 0
    out, err = capsys.readouterr()
    assert err.endswith(": 0 lost, 0 wrong.\n")
    assert json.loads(out)["pictures"] == 2
    assert main(["store", "gc", "--unused-hours", "0"]) == 0
    assert capsys.readouterr().out.startswith("2 originals let go, ")
    assert main(["store", "export", "out", "--album", "all"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 exported, 0 were there, 0 failed."
    for path in ("a.jpg", "below/b.png"):
        there = here / "photos" / path
        assert (here / "out" / there.name).read_bytes() == there.read_bytes()
    assert main(["store", "export", "png", "--format", ".png", "--quiet"]) == 0
    assert sorted(path.name for path in Path("png").iterdir()) == [
        "a.png",
        "b.png",
        "pictures.jsonl",
    ]
    command = ["store", "reoptimise", "--mode", "budget:99%", "--json", "again.json"]
    assert main([*command, "--shard", "1/1"]) == 0
    assert json.loads(Path("again.json").read_text()) == {"done": 2, "failed": 0}
    assert main(["store", "fsck", "--deep"]) == 0


def test_fsck_ends_with_1_where_it_finds_something(here, capsys):
    main(["store", "import", "photos", "--quiet"])
    (blob,) = Path("library/blobs").glob("*/*")
    capsys.readouterr()
    blob.unlink()
    assert main(["store", "fsck", "--repair"]) == 1
    assert "the original of a.jpg" in capsys.readouterr().out


def test_what_is_wrong_is_told(here, capsys):
    for command, told in (
        (["export", "out"], "has no account 'local'"),
        (["import", "photos", "--mode", "hihg"], "did you mean 'high'"),
        (["fsck", "--database", "mysql://x"], "sqlite:///FILE or postgresql://"),
        (["gc", "--blobs", "s3://"], "A bucket is s3://BUCKET/PREFIX"),
        (["reoptimise", "--shard", "3/2"], "A shard is I/N"),
    ):
        assert main(["store", *command]) == 2, command
        assert told in capsys.readouterr().err
    main(["store", "import", "photos", "--quiet"])
    capsys.readouterr()
    assert main(["store", "export", "out", "--album", "sea"]) == 2
    assert "no album 'sea'" in capsys.readouterr().err
    assert main(["store", "export", "out", "--format", ".exe"]) == 2
    assert "made into .png" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_ends_when_told(here, number):
    command = [sys.executable, "-m", "srq", "store", "worker"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout.readline() == "Waiting for pictures.\n"
        worker.send_signal(number)
        assert worker.wait(timeout=60) == 0
