"""A model fitted to pictures whose noise is known."""

import numpy as np
import pytest
from skimage import data

from srq.degrade.degradation import Setting, pixels_of, to_uint8
from srq.degrade.kinds.noise.fitted import FITTED
from srq.degrade.noise_model import NoiseModel
from srq.degrade.noise_model.fit import fit_noise
from srq.degrade.noise_model.model import CENTRES
from srq.degrade.recipe import Recipe
from srq.errors import ConfigError, DataError


def scene():
    """Bands of all brightnesses, partly flat and partly drawn over."""
    y, x = np.mgrid[:384, :384]
    picture = 30 + 24.0 * (x // 48)
    picture += np.where(y > 230, 40 * np.sign(np.sin(x / 3) * np.sin(y / 5)), 0)
    return np.clip(picture, 0, 255).astype(np.uint8)[..., None].repeat(3, 2)


def clean_flat(code):
    return np.full((256, 256, 3), code, np.uint8)


def drawn(model, picture, seed=7):
    return model.sources[0].draw(picture, np.random.default_rng(seed))


def measures(noise):
    noise = noise - noise.mean((0, 1))
    variance = noise.var((0, 1))
    beside = ((noise[:, 1:] * noise[:, :-1]).mean((0, 1)) / variance).mean()
    red, green = noise[..., 0], noise[..., 1]
    colours = (red * green).mean() / np.sqrt(variance[0] * variance[1])
    return np.sqrt(variance.mean()), beside, colours


def test_noise_of_the_shipped_model_is_found_again():
    truth = NoiseModel(NoiseModel.load("camera").sources[2:3])
    noisy = [to_uint8(scene() + drawn(truth, scene(), seed)) for seed in range(2)]
    model = fit_noise({"again": noisy})
    assert model.sources[0].name == "again"
    for code in (60, 110, 170):
        expected = measures(drawn(truth, clean_flat(code)))
        sigma, beside, colours = measures(drawn(model, clean_flat(code)))
        assert sigma == pytest.approx(expected[0], rel=0.12)
        assert beside == pytest.approx(expected[1], abs=0.06)
        assert colours == pytest.approx(expected[2], abs=0.12)


def test_white_noise_stays_white_and_keeps_its_level():
    rng = np.random.default_rng(3)
    noisy = to_uint8(scene() + rng.normal(0, 6, scene().shape))
    sigma, beside, colours = measures(drawn(fit_noise({"white": [noisy]}), clean_flat(128)))
    assert sigma == pytest.approx(6, rel=0.1)
    assert abs(beside) < 0.1
    assert abs(colours) < 0.15


def test_levels_follow_brightness():
    rng = np.random.default_rng(3)
    strength = np.interp(scene(), [0, 255], [2, 10])
    noisy = to_uint8(scene() + strength * rng.standard_normal(scene().shape))
    curve = fit_noise({"slope": [noisy]}).sources[0].curves[0]
    dark, bright = np.exp(np.interp([50, 170], CENTRES, curve))
    assert bright / dark == pytest.approx(np.interp(170, [0, 255], [2, 10]) / 3.57, rel=0.2)


def test_gray_pictures_are_fitted_and_get_the_noise_of_the_luma():
    rng = np.random.default_rng(3)
    gray = scene()[..., 0]
    model = fit_noise({"gray": [to_uint8(gray + rng.normal(0, 6, gray.shape))]})
    assert drawn(model, clean_flat(128)[..., 0]).std() == pytest.approx(6, rel=0.1)
    colour = drawn(model, clean_flat(128))
    assert np.abs(colour[..., 0] - colour[..., 2]).max() < 0.1


@pytest.mark.parametrize("pictures", [[], [np.zeros((20, 20), np.uint8)], [clean_flat(255)]])
def test_pictures_that_say_nothing_are_refused(pictures):
    with pytest.raises(DataError, match="'empty' cannot be fitted"):
        fit_noise({"empty": pictures})


def test_no_source_at_all_is_refused():
    with pytest.raises(DataError, match="at least one source"):
        fit_noise({})


def test_a_model_s_file_comes_back_and_equal_models_have_equal_bytes(tmp_path):
    model = NoiseModel.load("camera")
    path = tmp_path / "model.safetensors"
    model.save(path)
    again = NoiseModel.load(str(path))
    assert again.to_bytes() == model.to_bytes() == path.read_bytes()
    assert again.fingerprint == model.fingerprint
    picture = data.astronaut()[:50, :60]
    assert (drawn(model, picture) == drawn(again, picture)).all()


@pytest.mark.parametrize("content", [b"", b"no tensors", None])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "model.safetensors"
    data = NoiseModel.load("camera").to_bytes()
    path.write_bytes(data[: len(data) // 2] if content is None else content)
    with pytest.raises(DataError, match="is no noise model"):
        NoiseModel.load(str(path))


def test_a_recipe_refuses_a_model_that_there_is_not():
    text = '[[step]]\nkind = "fitted"\nmodel = "camra"\n'
    with pytest.raises(ConfigError, match="step 1.*'camra'.*'camera'"):
        Recipe.parse(text, "test")


def test_the_kind_says_whose_noise_it_drew_and_scales_it():
    picture = data.astronaut()[:64, :64]

    def apply(strength):
        values = {"model": "camera", "strength": strength}
        return FITTED.apply(picture, Setting(values, 1, np.random.default_rng(2)))

    names = {source.name for source in NoiseModel.load("camera").sources}
    assert apply(1).facts["source"] in names
    whole, half = (pixels_of(apply(s)) - picture for s in (1, 0.5))
    assert np.allclose(half * 2, whole)
    assert (pixels_of(apply(0)) == picture).all()
