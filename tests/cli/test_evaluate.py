"""``srq evaluate`` from its options to its files."""

import csv
import json

import numpy as np
import pytest
import torch
from PIL import Image

from srq import zoo
from srq.cli.app import main
from srq.models import build
from srq.models.checkpoint import write_checkpoint


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    for seed in range(2):
        noise = np.random.default_rng(seed).integers(0, 256, (10, 12, 3), np.uint8)
        Image.fromarray(noise).resize((48, 40), Image.Resampling.BICUBIC).save(
            folder / f"{seed}.png"
        )
    return folder


@pytest.fixture
def checkpoint(tmp_path):
    torch.manual_seed(0)
    network = build("kim", wide=6, narrow=4)
    path = tmp_path / "tiny.safetensors"
    write_checkpoint(path, network, network.state_dict(), {})
    return path


def test_all_files_at_once(pictures, checkpoint, tmp_path, capsys):
    options = ["--set", str(pictures), "--model", f"tiny={checkpoint}"]
    files = ["--json", "r.json", "--csv", "r.csv", "--markdown", "r.md", "--figure", "r.png"]
    files = [str(tmp_path / part) if "." in part else part for part in files]
    assert main(["evaluate", *options, *files, "--picture", "mine/1"]) == 0
    record = json.loads((tmp_path / "r.json").read_text())
    assert [mean["model"] for mean in record["means"]] == ["bicubic", "tiny"]
    assert len(record["scores"]["tiny"]["mine"]["clean"]["psnr"]) == 2
    with (tmp_path / "r.csv").open() as stream:
        assert len(list(csv.DictReader(stream))) == 6
    table = (tmp_path / "r.md").read_text()
    assert "| tiny | 282 |" in table
    with Image.open(tmp_path / "r.png") as figure:
        assert figure.size[0] > 500
    assert f"{record['means'][1]['psnr']:.2f}" in capsys.readouterr().out


def test_compressed_with_chosen_qualities(pictures, checkpoint, capsys):
    options = ["--compressed", "--quality", "15", "--quality", "75", "--set", str(pictures)]
    assert main(["evaluate", *options, "--model", f"tiny={checkpoint}", "--json", "-"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [mean["condition"] for mean in record["means"]] == ["Q15", "Q75"] * 2


def test_without_a_model_bicubic_is_measured(pictures, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(zoo, "FOLDER", tmp_path)
    assert main(["evaluate", "--set", str(pictures), "--scale", "4"]) == 0
    out = capsys.readouterr().out
    assert "no network of this scale yet" in out
    assert "x4, measured" in out


def test_a_figure_takes_a_picture_of_the_folder(pictures, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    common = ["evaluate", "--set", str(pictures), "--model", "kim-x2", "--figure"]
    assert main([*common, "first.png"]) == 0
    assert main([*common, "named.png", "--picture", "1"]) == 0
    assert main([*common, "file.png", "--picture", str(pictures / "1.png")]) == 0
    first, named, file = (
        (tmp_path / f"{name}.png").read_bytes() for name in ("first", "named", "file")
    )
    assert named == file != first


def test_a_flat_picture_leaves_the_mean_finite_and_is_told(tmp_path, capsys):
    folder = tmp_path / "two"
    folder.mkdir()
    Image.fromarray(np.full((40, 40), 90, np.uint8)).save(folder / "flat.png")
    Image.fromarray(np.arange(1600, dtype=np.uint8).reshape(40, 40)).save(folder / "ramp.png")
    options = ["--model", "kim-x2", "--json", str(tmp_path / "r.json")]
    assert main(["evaluate", "--set", str(folder), *options]) == 0
    out = capsys.readouterr().out
    assert "inf" not in out.replace("an infinite PSNR", "")
    assert out.endswith("flat picture as a rule): two/flat.png.\n".replace(".png", ""))
    means = json.loads((tmp_path / "r.json").read_text())["means"]
    assert [mean["equal"] for mean in means] == [1, 1]
    assert all(0 < mean["psnr"] < 60 for mean in means)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--table1", "--compressed"], "one at a time"),
        (["--quality", "50"], "--quality belongs to --compressed"),
        (["--set", "Set6"], "'Set6' is neither a test set"),
        (["--model", "no/such"], "There is no file no/such"),
        (["--crop", "1,2"], "must be LEFT,TOP,SIZE"),
        (
            ["--set", "MINE", "--figure", "f.png", "--picture", "mine/00"],
            "hold no picture 'mine/00'; did you mean 'mine/0'?",
        ),
        (["--set", "MINE", "--scale", "3", "--model", "TINY"], "upscales by 2, the others by 3"),
        (["--set", "MINE", "--engine", "none", "--model", "float:TINY", "--device", "tpu"], "tpu"),
    ],
)
def test_mistakes_are_one_sentence(options, sentence, pictures, checkpoint, tmp_path, capsys):
    places = {"MINE": str(pictures), "TINY": str(checkpoint), "float:TINY": f"float:{checkpoint}"}
    assert main(["evaluate", *(places.get(option, option) for option in options)]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert "Traceback" not in said
