"""``srq data fit-noise`` and ``srq data train-noise`` as they are typed."""

import json

import numpy as np
import pytest
from PIL import Image

from srq.cli.app import main
from srq.degrade.noise_model import NoiseModel
from srq.degrade.recipe import Recipe


@pytest.fixture
def noisy(tmp_path):
    folder = tmp_path / "noisy"
    folder.mkdir()
    y, x = np.mgrid[:256, :256]
    bands = (40 + 20 * (x // 32) + 0 * y)[..., None]
    noise = np.random.default_rng(4).normal(0, 5, (256, 256, 3))
    Image.fromarray(np.clip(bands + noise, 0, 255).astype(np.uint8)).save(folder / "shot.png")
    return folder


def test_fit_noise_writes_a_model_that_a_recipe_names(noisy, tmp_path, capsys):
    out, told = tmp_path / "model.safetensors", tmp_path / "told.json"
    assert main(["data", "fit-noise", str(noisy), str(out), "--json", str(told)]) == 0
    assert "1 source: shot" in capsys.readouterr().out
    result = json.loads(told.read_text())
    assert result["sources"] == ["shot"]
    assert result["sha256"] == NoiseModel.load(str(out)).fingerprint
    recipe = Recipe.parse(f'[[step]]\nkind = "fitted"\nmodel = "{out}"\n', "test")
    flat = np.full((64, 64, 3), 120, np.uint8)
    assert recipe.apply(flat, scale=1, seed=1).std() == pytest.approx(5, rel=0.2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fit-noise", "{noisy}", "model.npz"], "must end in .safetensors"),
        (["fit-noise", "{absent}", "model.safetensors"], "does not exist"),
        (["train-noise", "{noisy}"], "a run folder with --out"),
        (["train-noise", "{noisy}", "{noisy}", "--out", "{absent}"], "one class only"),
        (["train-noise", "{noisy}", "--resume", "{absent}"], "leave all but --steps away"),
        (["train-noise", "--resume", "{absent}"], "holds no training to resume"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(
    noisy, tmp_path, capsys, arguments, sentence, monkeypatch
):
    if arguments[0] == "train-noise":
        pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    places = {"noisy": noisy, "absent": tmp_path / "absent"}
    before = sorted(tmp_path.rglob("*"))
    assert main(["data", *(word.format(**places) for word in arguments)]) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
def test_train_noise_trains_and_goes_on(noisy, tmp_path, capsys):
    pytest.importorskip("torch")
    clean = tmp_path / "clean"
    clean.mkdir()
    Image.new("RGB", (40, 40), (90, 120, 60)).save(clean / "flat.png")
    run = tmp_path / "run"
    small = ["--set", "patch=8", "--set", "batch=2", "--width", "4", "--steps", "2", "--quiet"]
    arguments = ["data", "train-noise", str(clean), str(noisy), "--out", str(run), *small]
    assert main(arguments) == 0
    model = run / "model.safetensors"
    assert model.name in capsys.readouterr().out
    before = model.read_bytes()
    assert main(["data", "train-noise", "--resume", str(run), "--steps", "3", "--quiet"]) == 0
    assert model.read_bytes() != before
