"""Dataset Destroyer's INI files as recipes: its meaning, value for value."""

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare
from skimage import data

from srq.degrade import Recipe
from srq.errors import ConfigError, StorageError

# What seed 000 ran, with the ranges that its logs have.
SEED = """\
[main]
input_folder = in
output_folder = out
output_format = png
degradations = scale,compression
randomize = False
print = False
textfile = True
textfile_path = out

[compression]
algorithms = jpeg,webp
randomize = True
jpeg_quality_range = 40, 100
webp_quality_range = 45, 100
h264_crf_level_range = 23,32
mpeg_qscale_range = 2,15

[scale]
algorithms = down_up,nearest,linear,cubic_catrom,cubic_mitchell,cubic_bspline,lanczos,gauss
down_up_algorithms = nearest,linear,cubic_catrom,cubic_mitchell,cubic_bspline,lanczos,gauss
randomize = True
size_factor = 0.5
range = 0.15,1.5
"""
HR = data.astronaut()[:48, :64]


@pytest.fixture
def load(tmp_path):
    def write_and_load(text):
        path = tmp_path / "config.ini"
        path.write_text(text)
        return Recipe.load(path)

    return write_and_load


def test_the_seeds_file_is_realwebphotos_first_pass(load):
    recipe = load(SEED)
    assert (recipe.name, recipe.exact) == ("config", "seed")
    assert "Dataset Destroyer" in recipe.description
    algorithms = Counter()
    codecs = Counter()
    for seed in range(1600):
        scale, compression = (step.record() for step in recipe.draw(seed))
        algorithms[scale.get("filter", scale["kind"])] += 1
        codecs[compression["kind"]] += 1
        assert scale["factor"] == 0.5
        assert scale["gamma"] == 2.2
        assert 40 <= compression["quality"] <= 100
    assert len(algorithms) == 8
    assert chisquare(list(algorithms.values())).pvalue > 0.001
    assert chisquare(list(codecs.values())).pvalue > 0.001
    (made,) = recipe.lows(HR, "", scale=2, seed=1)
    assert made.pixels.shape == (24, 32, 3)
    again = recipe.replay(HR, "", scale=2, seed=1, steps=made.steps)
    assert np.array_equal(again, made.pixels)
    with pytest.raises(ConfigError, match="ends its LR at 32x24; scale 4 asks for 16x12"):
        list(recipe.lows(HR, "", scale=4, seed=1))


def test_a_space_before_a_codec_compresses_nothing_as_there(load):
    recipe = load(SEED.replace("algorithms = jpeg,webp", "algorithms = webp, jpeg"))
    assert "Where ' jpeg' is drawn for compression" in recipe.text
    assert "compresses nothing" in recipe.text
    lengths = Counter(len(recipe.draw(seed)) for seed in range(400))
    assert chisquare([lengths[1], lengths[2]]).pvalue > 0.001
    recipe = load(SEED.replace("algorithms = jpeg,webp", "algorithms = mpeg, jpeg"))
    kinds = {step.degradation.kind for seed in range(40) for step in recipe.draw(seed)}
    assert kinds - {"resize", "down_up"} == {"mpeg1"}


def test_slips_of_the_pen_are_read_and_told(load):
    recipe = load(SEED.replace("lanczos,gauss", "lanzcos, gaussian"))
    assert "'lanzcos' is read as 'lanczos'" in recipe.text
    assert "'gaussian' is read as 'gauss'" in recipe.text
    assert recipe.text.count("lanzcos") == 1


def test_an_algorithm_that_is_not_drawn_is_the_first(load):
    text = SEED.replace("randomize = True", "randomize = False")
    recipe = load(text)
    for seed in range(20):
        scale, compression = (step.record() for step in recipe.draw(seed))
        assert (scale["first_filter"], scale["second_filter"]) == ("nearest", "gauss")
        assert compression["kind"] == "jpeg"


BLUR = """
[blur]
algorithms = average,gaussian,anisotropic
randomize = True
range = 1,10
scale_factor = 0.5
[noise]
algorithms = gaussian,gray,salt-and-pepper,uniform
randomize = True
range = 1,4
scale_factor = 0.001
sp_range = 1,2
sp_scale_factor = 0.02
[likelihood]
blur = 0.4
scale = 1
compression = 1
"""


def test_likelihoods_and_a_random_order(load):
    text = SEED.replace(
        "scale,compression\nrandomize = False", "blur,scale,noise\nrandomize = True"
    )
    recipe = load(text + BLUR)
    orders = Counter()
    drawn = Counter()
    for seed in range(1000):
        steps = recipe.draw(seed)
        families = [step.degradation.family for step in steps]
        drawn.update(families)
        orders[tuple(family for family in families if family != "noise")] += 1
    assert drawn["resampling"] == 1000
    assert drawn["blur"] == pytest.approx(400, abs=60)
    assert drawn["noise"] == pytest.approx(300, abs=60)  # the tool's own where none is written
    assert orders["blur", "resampling"] == pytest.approx(200, abs=50)


def values_of(recipe, kind, name):
    return {
        step.values[name]
        for seed in range(600)
        for step in recipe.draw(seed)
        if step.degradation.kind == kind
    }


def test_sizes_of_kernels_and_noise_are_those_of_the_tool(load):
    text = SEED.replace("scale,compression", "blur,noise")
    recipe = load(text + BLUR)
    # int(k * 0.5), made odd, for k of 1 to 10; for the Gaussian (k | 1).
    assert values_of(recipe, "box", "size") == {1, 3, 5}
    radii = sorted(map(float, values_of(recipe, "blur", "radius")))
    assert radii == pytest.approx([0.0, 0.8, 1.1])
    assert values_of(recipe, "anisotropic", "sigma_x") == {k / 2 for k in range(1, 11)}
    sigmas = values_of(recipe, "noise", "sigma")
    assert sigmas == {k * 0.001 for k in range(1, 5)} | {(k * 0.001) ** 0.5 for k in range(1, 5)}
    assert values_of(recipe, "uniform", "amplitude") == {k * 0.001 for k in range(1, 5)}
    amounts = values_of(recipe, "salt_pepper", "amount")
    assert sorted(map(float, amounts)) == pytest.approx(1 - np.exp(-2.25 * np.array([0.02, 0.04])))


def test_salt_and_pepper_turns_as_many_pixels_as_there():
    """The tool's way, at an intensity of 0.04, counted on a large picture."""
    rng = np.random.default_rng(0)
    size = 512 * 512
    picture = np.zeros(size, int)
    picture[rng.integers(0, size, int(np.ceil(0.04 * 3 * size * 0.25)))] = -1
    picture[rng.integers(0, size, int(np.ceil(0.04 * 3 * size * 0.5)))] = 1
    amount, salt = 1 - np.exp(-2.25 * 0.04), 1 - np.exp(-1.5 * 0.04)
    assert np.mean(picture != 0) == pytest.approx(amount, abs=0.002)
    assert np.mean(picture == 1) == pytest.approx(salt, abs=0.002)


WRONG = [
    (SEED.replace("scale,compression", "scale,quantization"), "quantization with dithering"),
    (SEED.replace("scale,compression", "noise") + BLUR.replace("gray", "color"), "each colour"),
    (SEED.replace("lanczos", "hamming"), "the filter 'hamming' of scale"),
    (SEED.replace("0.15,1.5", "0.15"), "'range' in .scale. must be two numbers, not '0.15'"),
    (SEED.replace("40, 100", "40, 100]"), "'jpeg_quality_range' in .compression. must be two"),
    (SEED.replace("45, 100", "45, 101"), "a WebP quality above 100"),
    (SEED.replace("size_factor = 0.5", ""), r"\[scale\] has no 'size_factor'"),
    (SEED.replace("size_factor = 0.5", "size_factor = x"), "'size_factor' in .scale. is no number"),
    (SEED.replace("randomize = False", "randomize = maybe"), "must be True or False"),
    ("nothing", "is no INI file"),
    (SEED.replace("scale,compression", "sclae"), "has no degradation that does anything"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_done_is_named(load, text, sentence):
    with pytest.raises(ConfigError, match=sentence) as caught:
        load(text)
    assert "config.ini" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(StorageError, match=r"gone\.ini"):
        Recipe.load(tmp_path / "gone.ini")
