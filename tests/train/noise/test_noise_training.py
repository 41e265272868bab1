"""LUD-VAE in training, and the same network without torch."""

import numpy as np
import pytest
import torch
from PIL import Image

from srq.bundle import read_bundle
from srq.degrade.noise_model.learned import REACH, LearnedNoise
from srq.degrade.recipe import Recipe
from srq.errors import ConfigError, DataError
from srq.runs.loop import DivergedError
from srq.runs.record import read_log
from srq.train.noise import run
from srq.train.noise.config import NoiseConfig
from srq.train.noise.learner import NoiseLearner
from srq.train.noise.network import SCALES, LudVae
from srq.train.noise.pictures import TwoFolders


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two clean pictures, and two noisy ones of other things."""
    root = tmp_path_factory.mktemp("noise")
    rng = np.random.default_rng(2)
    y, x = np.mgrid[:40, :48]
    for name, sigma in (("clean", 0), ("noisy", 12)):
        (root / name).mkdir()
        for i in range(2):
            base = 120 + 60 * np.sin(x / (5 + i + sigma) + y / 9)[..., None].repeat(3, 2)
            pixels = np.clip(base + sigma * rng.standard_normal(base.shape), 0, 255)
            Image.fromarray(pixels.astype(np.uint8)).save(root / name / f"{i}.png")
    return root


def config_of(folders, **changes):
    values = {"width": 4, "steps": 6, "batch": 4, "patch": 16, "log_every": 2, "save_every": 3}
    return NoiseConfig(str(folders / "clean"), str(folders / "noisy"), **(values | changes))


def pictures_of(folders):
    return TwoFolders(folders / "clean", folders / "noisy", 16)


def test_every_part_moves_where_there_are_two_classes(folders):
    learner = NoiseLearner(config_of(folders, width=16), pictures_of(folders))
    before = {name: weight.clone() for name, weight in learner.network.state_dict().items()}
    for _ in range(5):
        learner.take_step()
    still = [n for n, w in learner.network.state_dict().items() if torch.equal(w, before[n])]
    assert still == []
    assert {name.split(".")[0] for name in before} >= {"show", "noise", "q", "p", "join_noise"}


def test_one_class_is_refused_before_anything_is_written(folders, tmp_path):
    clean = str(folders / "clean")
    for noisy in (clean, clean + "/."):
        with pytest.raises(DataError, match="one class only"):
            run.start(NoiseConfig(clean, noisy, patch=16), tmp_path / "run")
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "other.png").write_bytes((folders / "clean" / "0.png").read_bytes())
    with pytest.raises(DataError, match="same pictures"):
        run.start(NoiseConfig(clean, str(copies), patch=16), tmp_path / "run")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no pictures"):
        run.start(NoiseConfig(clean, str(tmp_path / "empty"), patch=16), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_kl_of_exactly_0_stops_the_training(folders):
    learner = NoiseLearner(config_of(folders), pictures_of(folders))
    deepest = learner.network.q[SCALES - 1]
    torch.nn.init.zeros_(deepest.weight)
    torch.nn.init.zeros_(deepest.bias)
    with pytest.raises(DivergedError, match="exactly 0"):
        learner.take_step()
    assert learner.step == 0


def test_clean_pictures_have_no_latent_and_noisy_ones_the_kl_of_gaussians():
    torch.manual_seed(0)  # of some weights all ReLUs are off
    network = LudVae(4)
    picture, draws = torch.rand(2, 3, 9, 7), torch.randn(SCALES, 2, 4, 9, 7)
    noisy = torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1)
    decoded, divergences = network(picture, picture, noisy, draws)
    again, _ = network(picture, picture, noisy, torch.randn(SCALES, 2, 4, 9, 7))
    assert torch.equal(decoded[0], again[0])
    assert not torch.equal(decoded[1], again[1])
    assert (divergences[:, 0] == 0).all()
    value = network.noise_in(picture)
    for block in network.noise:
        value = block(value)
    mean, spread = network.q[2](value).chunk(2, 1)
    normal = torch.distributions.Normal
    expected = torch.distributions.kl_divergence(normal(mean, spread.exp()), normal(0.0, 1.0))
    assert divergences[2, 1].item() == pytest.approx(expected[1].sum().item(), rel=1e-4)


def test_a_resumed_training_has_the_same_bytes_and_logs_the_kl_of_each_scale(folders, tmp_path):
    whole = run.start(config_of(folders), tmp_path / "whole")
    run.start(config_of(folders, steps=3), tmp_path / "parts")
    parts = run.resume(tmp_path / "parts", steps=6)
    assert parts.read_bytes() == whole.read_bytes()
    states = [sorted((tmp_path / n / "states").iterdir())[-1] for n in ("whole", "parts")]
    first, second = (read_bundle(path)[0] for path in states)
    assert all(torch.equal(first[name], second[name]) for name in first)
    entries = read_log(tmp_path / "whole")
    assert [entry["step"] for entry in entries if "kl" in entry] == [2, 4, 6]
    assert all(sorted(e["kl"]) == ["1", "2", "3"] and min(e["kl"].values()) > 0 for e in entries)
    with pytest.raises(ConfigError, match="cannot become one of 2"):
        run.resume(tmp_path / "parts", steps=2)
    with pytest.raises(ConfigError, match="no training"):
        run.resume(tmp_path / "absent")


def test_the_kl_weight_rises_with_the_steps(folders):
    """With a ramp of one step the KL counts in full, and the losses part after the first."""
    slow = NoiseLearner(config_of(folders), pictures_of(folders))
    quick = NoiseLearner(config_of(folders, kl_ramp=1, kl_weight=1), pictures_of(folders))
    assert slow.take_step() == quick.take_step()
    assert quick.take_step()[0] > slow.take_step()[0]


@pytest.fixture(scope="module")
def trained(folders, tmp_path_factory):
    path = run.start(config_of(folders, steps=2), tmp_path_factory.mktemp("run") / "run")
    return LearnedNoise.load(str(path)), path


def test_without_torch_the_network_decodes_the_same(trained):
    model, _ = trained
    network = LudVae(4)
    network.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in model.weights.items()})
    rng = np.random.default_rng(1)
    seen = rng.random((3, 11, 13), np.float32)
    draws = [rng.standard_normal((4, 11, 13), np.float32) for _ in range(SCALES)]

    # What is decoded where the prior takes the place of what the encoder says.
    def prior(scale):
        def forward(value):
            return network.p[scale](value)

        return forward

    with torch.no_grad():
        shows, value = [], network.show_in(torch.from_numpy(seen)[None])
        for block in network.show:
            value = block(value)
            shows.append(value)
        for scale in reversed(range(SCALES)):
            latent = torch.from_numpy(draws[scale])[None]
            if scale < SCALES - 1:
                value = network.join_show[scale](torch.cat([value, shows[scale]], 1))
                mean, spread = prior(scale)(value).chunk(2, 1)
                latent = mean + spread.exp() * latent
            joined = network.join_latent[scale](torch.cat([value, 0.5 * latent], 1))
            value = network.decode[scale](joined)
        expected = network.out(value)[0].numpy()
    assert np.allclose(model._decode(seen, draws, np.float32(0.5)), expected, atol=1e-5)


def test_tiles_do_not_show(trained):
    model, _ = trained
    picture = np.random.default_rng(5).integers(0, 256, (90, 150, 3), np.uint8)
    whole = model.translate(picture, np.random.default_rng(3), tile=200)
    tiled = model.translate(picture, np.random.default_rng(3), tile=41)
    assert REACH == 24
    assert np.allclose(whole, tiled, atol=1e-3)


def test_the_temperature_counts_and_gray_stays_gray(trained):
    model, _ = trained
    picture = np.random.default_rng(5).integers(0, 256, (20, 30), np.uint8)

    def translated(temperature):
        for seed in (1, 2):
            rng = np.random.default_rng(seed)
            yield model.translate(picture, rng, temperature=temperature, sigma=0)

    cold, warm = list(translated(0)), list(translated(1))
    assert cold[0].shape == (20, 30)
    assert (cold[0] == cold[1]).all()
    assert not (warm[0] == warm[1]).all()


def test_a_recipe_names_the_model(trained, tmp_path):
    _, path = trained
    recipe = Recipe.parse(f'[[step]]\nkind = "learned"\nmodel = "{path}"\n', "test")
    picture = np.full((16, 16, 3), 90, np.uint8)
    first, second = (recipe.apply(picture, scale=1, seed=4) for _ in range(2))
    assert (first == second).all()
    other = tmp_path / "other.safetensors"
    other.write_bytes(b"nothing")
    for name, sentence in (("camera", "train-noise"), (other, "no model of learned noise")):
        with pytest.raises(ConfigError, match=sentence):
            Recipe.parse(f'[[step]]\nkind = "learned"\nmodel = "{name}"\n', "test")
