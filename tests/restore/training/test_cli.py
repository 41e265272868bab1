"""``srq train restore``."""

import json

import pytest
import torch  # noqa: F401 (without it these tests are skipped)

from srq.cli.app import main


def srq(*arguments):
    return main([str(argument) for argument in arguments])


def test_one_stage_and_another_later(tmp_path, photographs):
    folder, report = tmp_path / "run", tmp_path / "report.json"
    settings = [
        f"data.train={photographs}",
        "data.sheet=32",
        "data.window=8",
        "data.held=4",
        "run.threads=1",
        "stages=vae-y",
        *(f"{stage}.crop=16" for stage in ("vae_y", "vae_x")),
        *(f"{stage}.steps=2" for stage in ("vae_y", "vae_x")),
    ]
    sets = [part for setting in settings for part in ("--set", setting)]
    given = ("--json", report, "--real", photographs)
    assert srq("train", "restore", "--out", folder, *given, *sets) == 0
    assert json.loads(report.read_text())["vae-y"]["steps"] == 2
    assert srq("train", "--resume", folder, "--set", "stages=vae-x") == 0
    assert (folder / "vae-x/model.safetensors").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["kim-x2", "--real", "."], "--real goes with the configuration restore"),
        (["restore", "--set", "stages=scratches"], "must be"),
        (["restore", "--real", "nowhere"], "must be a folder"),
    ],
)
def test_mistakes(arguments, sentence, tmp_path, photographs, capsys):
    where = ["--out", str(tmp_path / "run")]
    if "restore" in arguments:
        where += ["--set", f"data.train={photographs}", "--set", "data.sheet=32"]
        crops = ("tone", "detector", "vae_y", "vae_x", "mapping", "direct")
        where += [part for stage in crops for part in ("--set", f"{stage}.crop=32")]
        where += ["--set", "detector.scales=2"]
    assert srq("train", *arguments, *where) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "run").exists()
