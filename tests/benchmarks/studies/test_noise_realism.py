"""The study of noise on pictures whose noise is known."""

import numpy as np
import pytest
from PIL import Image

from benchmarks.studies import noise_realism
from benchmarks.studies.noise_realism import compared, figures, read_pairs, residual, study
from srq.degrade.degradation import to_uint8
from srq.degrade.noise_model import NoiseModel

SOURCE = NoiseModel.load("camera").sources[2]


def scene(turn):
    y, x = np.mgrid[:256, :256]
    return np.rot90(40 + 20 * (x // 32) + 0 * y, turn).astype(np.uint8)[..., None].repeat(3, 2)


@pytest.fixture
def folder(tmp_path):
    for number in (1, 2):
        mean = scene(number)
        shot = to_uint8(mean + SOURCE.draw(mean, np.random.default_rng(number)))
        Image.fromarray(mean).save(tmp_path / f"some_iso_{number}_mean.png")
        Image.fromarray(shot).save(tmp_path / f"some_iso_{number}_real.png")
    return tmp_path


def test_white_noise_has_its_deviation_and_no_correlations():
    found = figures(np.random.default_rng(1).normal(0, 5, (200, 200, 3)))
    assert found.pop("sigma") == pytest.approx(5, rel=0.02)
    assert all(abs(value) < 0.02 for value in found.values())


def test_correlations_are_those_put_in():
    white = np.random.default_rng(1).normal(0, 5, (200, 200, 3))
    found = figures(white[:, 1:] + white[:, :-1])
    assert found["beside"] == pytest.approx(0.5, abs=0.02)
    assert abs(found["below"]) < 0.02
    shared = white + 2 * white[..., :1]
    assert figures(shared)["red_green"] == pytest.approx(6 / np.sqrt(9 * 5), abs=0.02)


def test_a_drift_of_tones_is_no_noise():
    mean = scene(1)
    assert np.abs(residual(mean * 1.02 + 1, mean)).max() < 1e-9


def test_fitted_noise_is_nearer_than_white_and_the_same_is_at_no_distance(folder):
    rows = study(read_pairs(folder), None)
    assert len(rows) == 6
    far = {
        kind: [row["found"]["log_psd_rmse"] for row in rows if row["noise"] == kind]
        for kind in ("awgn", "fitted", "real")
    }
    assert max(far["fitted"]) < min(far["awgn"]) / 2
    assert max(far["real"]) < min(far["awgn"]) / 2
    noise = np.random.default_rng(1).normal(0, 5, (64, 64, 3))
    same = compared(noise, noise)
    assert same["log_psd_rmse"] == same["w1"] == 0


def test_it_writes_its_tables(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(noise_realism, "RESULT", tmp_path / "result.json")
    monkeypatch.setattr(noise_realism, "noisy_folder", lambda: folder)
    monkeypatch.setattr("sys.argv", ["noise_realism"])
    noise_realism.main()
    tables = noise_realism.tables()
    assert set(tables) == {"all", "second", "pictures"}
    assert "| some_iso, 2 |" in tables["pictures"]
    assert "learned" not in tables["second"]
