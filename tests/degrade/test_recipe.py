import json
import pickle

import numpy as np
import pytest
from skimage import data

from srq.degrade import Recipe
from srq.degrade.kinds.compression.jpeg import jpeg
from srq.degrade.output import Output
from srq.errors import ConfigError, DataError, StorageError
from srq.image.resize import bicubic

NOISY = '[[step]]\nkind = "noise"\nsigma = 0.02\n'
DOWN = '[[step]]\nkind = "downscale"\n'


def steps_of(recipe, seed):
    return {step.degradation.kind: step.record() for step in recipe.draw(seed)}


def test_the_shipped_recipes_load_and_have_distinct_fingerprints():
    recipes = [Recipe.load(name) for name in Recipe.names()]
    assert {"bicubic", "paper"} <= set(Recipe.names())
    assert len({recipe.fingerprint for recipe in recipes}) == len(recipes)
    assert all(recipe.description for recipe in recipes)


def test_bicubic_is_the_downscaling_alone():
    picture = data.camera()[:64, :96]
    recipe = Recipe.load("bicubic")
    assert recipe.space == "luma"
    assert not recipe.varies
    assert (recipe.apply(picture, scale=2, seed=0) == bicubic(picture, scale=0.5)).all()


def test_the_paper_recipe_draws_what_equation_2_says():
    recipe = Recipe.load("paper")
    assert recipe.space == "rgb"
    assert recipe.varies
    kinds = ["blur", "downscale", "jpeg", "noise"]
    assert [step.degradation.kind for step in recipe.steps] == kinds
    drawn = [steps_of(recipe, seed) for seed in range(2000)]
    for kind, name, low, high in (
        ("blur", "radius", 0.2, 0.8),
        ("jpeg", "quality", 70, 99),
        ("noise", "sigma", 0.0, 0.02),
    ):
        values = np.array([steps[kind][name] for steps in drawn], float)
        reach = high - low
        assert low <= values.min() < low + 0.04 * reach
        assert high - 0.04 * reach < values.max() <= high
        assert values.mean() == pytest.approx((low + high) / 2, abs=0.03 * reach)
    qualities = {steps["jpeg"]["quality"] for steps in drawn}
    assert qualities == set(range(70, 100))
    assert all(steps["jpeg"]["subsampling"] == "4:2:0" for steps in drawn)


@pytest.mark.parametrize("shape", [(48, 36), (48, 36, 3)])
@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(shape, scale):
    picture = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    before = picture.copy()
    recipe = Recipe.load("paper")
    lr = recipe.apply(picture, scale=scale, seed=7)
    assert lr.dtype == np.uint8
    assert lr.shape == (48 // scale, 36 // scale, *shape[2:])
    assert (lr == recipe.apply(picture, scale=scale, seed=7)).all()
    assert (lr == pickle.loads(pickle.dumps(recipe)).apply(picture, scale=scale, seed=7)).all()
    assert (lr != recipe.apply(picture, scale=scale, seed=8)).any()
    assert (lr != recipe.apply(picture, scale=scale, seed=(7, 1))).any()
    assert (picture == before).all()


def test_adding_a_step_or_a_range_does_not_shift_the_others():
    plain = Recipe.parse(DOWN + '[[step]]\nkind = "jpeg"\nquality = [10, 90]\n' + NOISY, "plain")
    more = Recipe.parse(
        '[[step]]\nkind = "blur"\nradius = [0.1, 3.0]\n'
        + DOWN
        + '[[step]]\nkind = "jpeg"\nquality = [10, 90]\nsubsampling = ["4:2:0", "4:4:4"]\n'
        + NOISY
        + NOISY,
        "more",
    )
    for seed in range(20):
        one, two = plain.draw(seed), more.draw(seed)
        assert one[1].values["quality"] == two[2].values["quality"]
        noise = [step.rng.standard_normal(5).tolist() for step in (one[2], two[3], two[4])]
        assert noise[0] == noise[1] != noise[2]


def test_a_probability_is_how_often_a_step_happens():
    text = DOWN + '[[step]]\nkind = "noise"\nprobability = 0.25\nsigma = 0.1\n'
    recipe = Recipe.parse(text, "sometimes")
    happened = sum("noise" in steps_of(recipe, seed) for seed in range(2000))
    assert recipe.varies
    assert happened == pytest.approx(500, abs=60)


def test_steps_hand_on_floats_and_the_end_is_rounded_once():
    picture = data.camera()[:32, :32]
    two = Recipe.parse('[[step]]\nkind = "blur"\nradius = 0.6\n' * 2, "two")
    one = Recipe.parse(f'[[step]]\nkind = "blur"\nradius = {0.72**0.5}\n', "one")
    # Two blurs of 0.6 make nearly the one of sqrt(0.72); rounding between would be cruder.
    difference = two.apply(picture, scale=1, seed=0).astype(int) - one.apply(
        picture, scale=1, seed=0
    )
    assert np.abs(difference).max() <= 2


def test_jpeg_takes_what_is_rounded():
    picture = data.astronaut()[:32, :32]
    recipe = Recipe.parse('[[step]]\nkind = "jpeg"\nquality = 40\n' + "", "jpeg")
    assert not recipe.varies
    assert (recipe.apply(picture, scale=1, seed=0) == jpeg(picture, 40)).all()


def test_a_recipe_file_is_loaded_by_its_path(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(DOWN)
    recipe = Recipe.load(path)
    assert (recipe.name, recipe.text) == ("mine", DOWN)
    with pytest.raises(StorageError, match="other.toml"):
        Recipe.load(tmp_path / "other.toml")


WRONG = [
    ("", "has no steps"),
    ("step = 3", "has no steps"),
    ("[[step]", "not valid TOML"),
    ("discription = 'x'\n" + DOWN, "unknown key 'discription'; did you mean 'description'"),
    ("description = 3\n" + DOWN, "'description' must be text"),
    ('space = "yuv"\n' + DOWN, 'must be "luma" or "rgb", not \'yuv\''),
    ("step = [1]", "step 1 must be a"),
    ("[[step]]\nradius = 1", "unknown key 'radius'"),
    ("[[step]]\nprobability = 1", "'kind' must name a degradation; choose one of an"),
    ('[[step]]\nkind = "blurr"', "'blurr'; did you mean 'blur'"),
    (
        DOWN + '[[step]]\nkind = "zzz"',
        "no degradation is called 'zzz'; choose one of anisotropic,",
    ),
    ('[[step]]\nkind = "blur"\nradus = 1', r"\(blur\): unknown key 'radus'; did you mean 'radius'"),
    ('[[step]]\nkind = "blur"', "'radius' is missing"),
    ('[[step]]\nkind = "blur"\nradius = "big"', "must be a number or .low, high., not 'big'"),
    ('[[step]]\nkind = "blur"\nradius = true', "must be a number"),
    ('[[step]]\nkind = "blur"\nradius = [1, 2, 3]', "must be a number"),
    ('[[step]]\nkind = "blur"\nradius = nan', "must lie in 0 to 32"),
    ('[[step]]\nkind = "blur"\nradius = -1', "must lie in 0 to 32, not -1"),
    ('[[step]]\nkind = "blur"\nradius = [0.8, 0.2]', "write the smaller number first"),
    ('[[step]]\nkind = "jpeg"\nquality = 0', "must lie in 1 to 100"),
    ('[[step]]\nkind = "jpeg"\nquality = 70.5', "must be a whole number"),
    ('[[step]]\nkind = "jpeg"\nquality = 70\nsubsampling = "4:2:1"', "cannot be '4:2:1'; did you"),
    ('[[step]]\nkind = "jpeg"\nquality = 70\nsubsampling = 420', "must be a word"),
    (NOISY + "probability = 2", "'probability' must lie in 0 to 1"),
    (NOISY + "probability = 'often'", "'probability' must be a number"),
    (DOWN + "probability = 0.5", "must have probability 1"),
    (DOWN + DOWN, "downscales more than once"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_recipe_is_told_in_one_sentence(text, sentence):
    with pytest.raises(ConfigError, match=sentence) as caught:
        Recipe.parse(text, "mine")
    assert "'mine'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_recipe_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'paper'"):
        Recipe.load("papr")


def test_what_cannot_be_degraded_is_refused():
    recipe = Recipe.load("paper")
    good = np.zeros((6, 6), np.uint8)
    with pytest.raises(DataError, match="6x5 is no multiple of the scale 2"):
        recipe.apply(good[:5], scale=2, seed=0)
    with pytest.raises(DataError, match="1x1 is no multiple"):
        recipe.apply(good[:1, :1], scale=2, seed=0)
    with pytest.raises(DataError, match="not float64"):
        recipe.apply(good.astype(float), scale=2, seed=0)
    with pytest.raises(DataError, match="uint8"):
        recipe.apply(np.zeros((6, 6, 4), np.uint8), scale=2, seed=0)
    with pytest.raises(ConfigError, match="at least 1"):
        recipe.apply(good, scale=0, seed=0)
    with pytest.raises(ConfigError, match="seed"):
        recipe.apply(good, scale=2, seed=-1)
    with pytest.raises(ConfigError, match="has no downscale step"):
        Recipe.parse(NOISY, "noisy").apply(good, scale=2, seed=0)


@pytest.mark.parametrize("name", ["paper", "bicubic"])
def test_a_list_has_one_output_that_is_made_again_from_its_record(name):
    recipe = Recipe.load(name)
    source = data.astronaut()[:49, :66]
    assert recipe.outputs(2) == (Output("", "", 2),)
    ((hr_name, hr),) = recipe.highs(source, 2)
    assert (hr_name, hr.shape) == ("", (48, 66, 3))
    (made,) = recipe.lows(hr, hr_name, scale=2, seed=(3, 4))
    assert np.array_equal(made.pixels, recipe.apply(hr, scale=2, seed=(3, 4)))
    steps = json.loads(json.dumps(made.steps))
    assert next(step for step in steps if step["kind"] == "downscale")["size"] == [33, 24]
    again = recipe.replay(hr, "", scale=2, seed=(3, 4), steps=steps)
    assert np.array_equal(again, made.pixels)
    for wrong in (steps[1:], [*steps, steps[0]]):
        with pytest.raises(DataError, match="disagrees with its seed"):
            recipe.replay(hr, "", scale=2, seed=(3, 4), steps=wrong)
    with pytest.raises(DataError, match="makes no LR called 'x4'"):
        recipe.replay(hr, "x4", scale=2, seed=(3, 4), steps=steps)


def test_a_record_with_one_other_quality_is_refused():
    recipe = Recipe.load("paper")
    hr = data.astronaut()[:32, :32]
    (made,) = recipe.lows(hr, "", scale=2, seed=1)
    steps = [dict(step) for step in made.steps]
    quality = steps[2]["quality"]
    steps[2]["quality"] += 1
    with pytest.raises(DataError, match=f"step 3 has quality {quality + 1}.* gives {quality}"):
        recipe.replay(hr, "", scale=2, seed=1, steps=steps)


def test_a_source_smaller_than_the_scale_has_no_hr():
    with pytest.raises(DataError, match="1x1 is too small.* must be 2x2 at least"):
        list(Recipe.load("paper").highs(np.zeros((1, 1), np.uint8), 2))
