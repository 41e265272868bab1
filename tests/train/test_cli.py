import json

import pytest
import torch  # noqa: F401 (without it these tests are skipped)

from srq.cli.app import main
from srq.train.config import TrainConfig


@pytest.fixture
def file(tmp_path, tiny_toml):
    path = tmp_path / "mine.toml"
    path.write_text(tiny_toml)
    return str(path)


def test_a_training_prints_its_checkpoint_and_writes_its_result(tmp_path, file, capsys):
    out, result = tmp_path / "run", tmp_path / "result.json"
    code = main(["train", file, "--out", str(out), "--set", "steps=16", "--json", str(result)])
    assert code == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1].startswith(f"{out / 'model.safetensors'}: train ")
    written = json.loads(result.read_text())
    assert written["steps"] == 16
    assert written["checkpoint"] == str(out / "model.safetensors")
    assert written["psnr"].keys() == {"train", "pictures"}


def test_a_run_goes_by_the_configurations_name_and_can_be_prolonged(
    tmp_path, file, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert main(["train", file, "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["train", "--resume", "runs/mine", "--set", "steps=30", "-q"]) == 0
    assert TrainConfig.load(tmp_path / "runs" / "mine" / "config.toml").steps == 30


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Name a configuration (demo, "),
        (["demo", "--resume", "x"], "--resume takes its configuration and folder from the run"),
        (["--resume", "x", "--out", "y"], "--resume takes its configuration and folder"),
        (["--resume", "x", "--set", "seed=3"], "--set seed=3: a resumed training keeps its set"),
        (["--resume", "x", "--set", "steps=many"], "--set steps=many: a resumed training keeps"),
        (["--resume", "x"], "x holds no training to resume"),
        (["demo", "--set", "optim.lrr=1"], "--set optim.lrr=1: unknown key 'optim.lrr'; did you m"),
        (["demo", "--set", "data.crop=3"], "demo: 'data.crop' must be a whole number from 4 to"),
        (["kim-x5"], "No shipped configuration is called 'kim-x5'"),
    ],
)
def test_a_mistake_is_one_sentence_and_code_2(tmp_path, capsys, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    assert main(["train", *arguments]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(sentence)
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
