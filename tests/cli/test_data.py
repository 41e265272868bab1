"""``srq data`` as it is typed: words, exit codes, and nothing half-written."""

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from srq.cli.app import main
from srq.degrade import Recipe
from srq.image.io import Picture, read, write
from tests.datasets.http_server import serving


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    rng = np.random.default_rng(0)
    for name in ("a.png", "b.png", "c.png"):
        write(folder / name, Picture(rng.integers(0, 256, (24, 32, 3), np.uint8)))
    return folder


def test_degrade_writes_pairs_and_goes_on(photos, tmp_path, capsys):
    out = tmp_path / "lr"
    arguments = ["data", "degrade", str(photos), str(out), "--recipe", "bicubic", "--part", "1"]
    assert main(arguments) == 0
    assert "3 pictures written" in capsys.readouterr().out
    (out / "b.png").unlink()
    told = tmp_path / "told.json"
    assert main([*arguments, "--json", str(told)]) == 0
    assert "1 pictures written, 2 were there already" in capsys.readouterr().out
    assert json.loads(told.read_text()) == {
        "written": 1,
        "kept": 2,
        "rejected": {},
        "missing": 0,
        "manifest": str(out / "manifest.jsonl"),
        "tree": hashlib.sha256((out / "SHA256SUMS").read_bytes()).hexdigest(),
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["{photos}", "{out}", "--recipe", "papr"], "did you mean 'paper'?"),
        (["{empty}", "{out}"], "holds no pictures"),
        (["{photos}", "{photos}"], "is the folder of the HR pictures"),
        (["{photos}", "{out}", "--scale", "0"], "--scale"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(
    photos, tmp_path, capsys, arguments, sentence
):
    places = {"photos": photos, "out": tmp_path / "lr", "empty": tmp_path / "empty"}
    places["empty"].mkdir()
    before = sorted(tmp_path.rglob("*"))
    code = main(["data", "degrade", *(argument.format(**places) for argument in arguments)])
    told = capsys.readouterr().err
    assert code == 2
    assert sentence in told
    assert told.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_rejected_picture_is_told_and_the_exit_code_is_2(photos, tmp_path, capsys):
    (photos / "bad.png").write_bytes(b"no picture")
    assert main(["data", "degrade", str(photos), str(tmp_path / "lr"), "--format", "tar"]) == 2
    told = capsys.readouterr().out
    assert "3 pictures written" in told
    assert "Rejected bad.png: " in told


def test_shares_end_with_a_manifest(photos, tmp_path, capsys):
    arguments = ["data", "degrade", str(photos), str(tmp_path / "lr"), "--part", "1", "--shard"]
    assert main([*arguments, "1/2"]) == 0
    assert "1 parts are still missing, of other shares" in capsys.readouterr().out
    assert main([*arguments, "2/2"]) == 0
    assert "1 pictures written: " in capsys.readouterr().out
    assert main([*arguments, "3/2"]) == 2


def test_verify_and_report(photos, tmp_path, capsys):
    out = tmp_path / "lr"
    assert main(["data", "degrade", str(photos), str(out)]) == 0
    assert main(["data", "verify", str(out), "--all"]) == 0
    assert "3 made again: no difference." in capsys.readouterr().out
    assert main(["data", "report", str(out)]) == 0
    assert "3 pictures, 0 rejected, 3 LR pictures" in capsys.readouterr().out
    assert (out / "report.html").is_file()
    (out / "b.png").unlink()
    told = tmp_path / "told.json"
    assert main(["data", "verify", str(out), "--sample", "0", "--json", str(told)]) == 1
    assert f"{out / 'b.png'} is missing." in capsys.readouterr().out
    assert json.loads(told.read_text())["differences"] == [f"{out / 'b.png'} is missing."]
    assert main(["data", "verify", str(photos)]) == 2


def test_ctrl_c_leaves_whole_pictures_and_the_rest_follows(photos, tmp_path):
    rng = np.random.default_rng(1)
    for number in range(30):
        write(photos / f"n{number}.png", Picture(rng.integers(0, 256, (400, 400, 3), np.uint8)))
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert main(["data", "degrade", str(photos), str(whole), "--part", "2"]) == 0

    arguments = ["data", "degrade", str(photos), str(cut), "--part", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "srq", *arguments], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 240
    while not list(cut.glob("*.png")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=240)
    assert (process.returncode, told) == (130, "Interrupted.\n")
    done = {path.name for path in cut.iterdir() if path.is_file()}
    assert not (cut / "manifest.jsonl").exists()
    assert all((cut / name).read_bytes() == (whole / name).read_bytes() for name in done)

    assert main(arguments) == 0
    for path in filter(Path.is_file, whole.iterdir()):
        assert (cut / path.name).read_bytes() == path.read_bytes()


def test_download_fetches_a_set_of_a_catalogue(tmp_path, capsys):
    content = np.random.default_rng(2).bytes(5000)
    with serving(content) as server:
        server.faults = [("cut", 1000)]
        catalogue = tmp_path / "sets.toml"
        catalogue.write_text(
            f'[mine]\nurl = "{server.url("p.bin")}"\nsize = {len(content)}\n'
            f'sha256 = "{hashlib.sha256(content).hexdigest()}"\n'
        )
        data = tmp_path / "data"
        arguments = ["data", "download", "mine", "--into", str(data)]
        assert main([*arguments, "--catalogue", str(catalogue)]) == 0
    assert (data / "mine" / "p.bin").read_bytes() == content
    assert "mine is in" in capsys.readouterr().out


def test_download_without_a_name_lists_the_sets(capsys):
    assert main(["data", "download", "--json", "-"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["DIV2K-train"]["size"] == 3530603713
    assert "terms of use" in printed.err
    assert main(["data", "download", "DIV2K-tran"]) == 2
    assert "did you mean 'DIV2K-train'" in capsys.readouterr().err


def test_degrade_exactly_as_the_tools_of_a_recipe(photos, tmp_path, capsys):
    recipe = tmp_path / "half.toml"
    recipe.write_text('[[step]]\nkind = "resize"\nfilter = "gauss"\n')
    for exact in ("default", "seed"):
        arguments = ["data", "degrade", str(photos), str(tmp_path / exact), "--exact", exact]
        assert main([*arguments, "--recipe", str(recipe)]) == 0
    means = [read(tmp_path / exact / "a.png").pixels.mean() for exact in ("default", "seed")]
    # Truncation takes half a code value.
    assert 0.4 < means[0] - means[1] < 0.6
    capsys.readouterr()
    assert main(["data", "log", str(tmp_path / "seed" / "manifest.jsonl")]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert "No LR can be made again" in head
    assert lines[0] == "a.png - scale: gauss size factor=0.5"
    assert len(lines) == 3


def test_a_recipe_is_printed_as_it_is_read(tmp_path, capsys):
    assert main(["data", "recipe", "paper"]) == 0
    assert capsys.readouterr().out == Recipe.load("paper").text
    foreign = tmp_path / "mine.ini"
    foreign.write_text(
        "[main]\ndegradations = blur\nrandomize = False\n"
        "[blur]\nalgorithms = average,median\nrandomize = True\nrange = 3,3\nscale_factor = 1\n"
    )
    assert main(["data", "recipe", str(foreign)]) == 0
    assert "Where 'median' is drawn for blur" in capsys.readouterr().out
    foreign.write_text("[main]\ndegradations = chroma\nrandomize = False\n")
    assert main(["data", "recipe", str(foreign)]) == 2
    assert "asks for what srq cannot do: chroma" in capsys.readouterr().err
