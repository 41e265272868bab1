"""``srq quantize`` from a checkpoint on disk to a program that runs."""

import hashlib
import json

import numpy as np
import pytest
import torch
from skimage import data

from srq.cli.app import main
from srq.engines import open_engine
from srq.image.io import Picture, write
from srq.models import build
from srq.models.checkpoint import write_checkpoint
from srq.program import load


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A checkpoint of a small network, and the picture it says it was trained on."""
    folder = tmp_path_factory.mktemp("quantize")
    pictures = folder / "pictures"
    write(pictures / "cat.png", Picture(data.chelsea()[:112, :128]))
    torch.manual_seed(0)
    network = build("kim", wide=6, narrow=4)
    data_config = {"train": [str(pictures)], "recipe": "paper"}
    config = {"data": data_config, "validate": {"sets": [str(pictures)], "recipe": "bicubic"}}
    write_checkpoint(folder / "net.safetensors", network, network.state_dict(), {"config": config})
    return folder


def quantize(folder, *options, out="net.srq"):
    checkpoint = str(folder / "net.safetensors")
    return main(["quantize", checkpoint, "--out", str(folder / out), "--quiet", *options])


def test_a_program_and_a_report_are_written(folder, capsys):
    assert quantize(folder, "--weights", "8", "--activations", "9", "--json", "-") == 0
    program = load(folder / "net.srq")
    report = json.loads((folder / "net.json").read_text())
    assert report == json.loads(capsys.readouterr().out)
    assert report["program"] == {"file": "net.srq", "fingerprint": program.fingerprint}
    assert report["bits"] == {"weights": 8, "activations": 9, "per_channel": False}
    assert {op.weight_bits for op in program.convs} == {8}
    assert program.provenance["degradation"] == "paper"
    formats = {tensor["name"]: tensor["format"] for tensor in report["tensors"]}
    for step in program.steps:
        if step.op.name in formats:
            assert formats[step.op.name] == str(step.value.format)
    for scores in report["psnr"].values():
        assert set(scores) == {"calibration", "pictures"}


def test_a_run_folder_stands_for_its_model(folder, tmp_path):
    (tmp_path / "run").mkdir()
    model = (folder / "net.safetensors").read_bytes()
    (tmp_path / "run" / "model.safetensors").write_bytes(model)
    assert main(["quantize", str(tmp_path / "run"), "--out", str(tmp_path / "r.srq"), "-q"]) == 0
    report = json.loads((tmp_path / "r.json").read_text())
    digest = hashlib.sha256(model).hexdigest()
    assert report["checkpoint"] == {"file": "model.safetensors", "sha256": digest}
    provenance = load(tmp_path / "r.srq").provenance
    assert provenance["checkpoint"] == f"model.safetensors {digest}"


def test_the_score_is_that_of_the_program(folder):
    assert quantize(folder, out="scored.srq") == 0
    report = json.loads((folder / "scored.json").read_text())
    from srq.datasets.protocol import clean_pair
    from srq.image.metrics import psnr

    pair = clean_pair(data.chelsea()[:112, :128], 2)
    made = open_engine(load(folder / "scored.srq"))(pair.lr)
    assert report["psnr"]["integers"]["pictures"] == pytest.approx(psnr(made, pair.hr, shave=2))


def test_it_searches_trains_on_and_sweeps(folder):
    options = ["--search", "--qat", "qat", "--set", "steps=3", "--set", "optim.warmup=0"]
    options += ["--set", "data.crop=8", "--per-channel", "--sweep", "6-7x8"]
    assert quantize(folder, *options, out="all.srq") == 0
    report = json.loads((folder / "all.json").read_text())
    assert [words.split(" (")[0] for words in report["method"]] == [
        *("channels equalized", "weights rounded together", "formats searched"),
        "3 steps of training with rounding",
    ]
    swept = json.loads((folder / "all-sweep.json").read_text())
    assert [(c["weights"], c["activations"]) for c in swept["cells"]] == [(7, 8), (6, 8)]
    assert "| weights \\ activations | 8 |" in (folder / "all-sweep.md").read_text()
    assert (folder / "all-sweep.png").stat().st_size > 1000
    assert (folder / "all-qat" / "states").is_dir()


def test_the_program_upscales(folder):
    assert quantize(folder, out="runs.srq") == 0
    picture = data.camera()[:20, :30]
    assert open_engine(load(folder / "runs.srq"))(picture).shape == (40, 60)
    assert open_engine(load(folder / "runs.srq"))(picture).dtype == np.uint8


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--weights", "1"], "The width of weights must be 2 to 16 bits, not 1."),
        (["--set", "steps=3"], "--set changes a setting of a fine-tuning; name one with --qat."),
        (["--qat", "no-such"], "No shipped configuration is called 'no-such'"),
        (["--sweep", "4"], "A sweep is written as in 4-12x6-16"),
        (["--calibration", "Set5"], "Set5 is a test set and must not be trained on"),
    ],
)
def test_mistakes_are_one_sentence(folder, options, sentence, capsys):
    assert quantize(folder, *options, out="none.srq") == 2
    assert sentence in capsys.readouterr().err
    assert not (folder / "none.srq").exists()


def test_digits_are_cut_at_a_price_or_within_a_loss(folder, capsys):
    options = ("--adders", "auto", "--adders-loss", "0.05", "--narrow", "0.02")
    assert quantize(folder, *options, out="cut.srq") == 0
    report = json.loads((folder / "cut.json").read_text())
    before, after = report["adders"]["lost"]
    assert after <= before + 0.05
    assert report["adders"]["digits"][1] < report["adders"]["digits"][0]
    assert report["widths"]["bits"]
    assert "digits cut at" in load(folder / "cut.srq").provenance["quantization"]
    capsys.readouterr()
    assert quantize(folder, "--adders", "cheap") == 2
    assert "takes a digit's price in dB, such as 1e-5, or auto" in capsys.readouterr().err
