"""wtp_dataset_destroyer's HCL files as recipes: its meaning, value for value."""

import numpy as np
import pytest
from skimage import data

from srq.degrade import Recipe
from srq.degrade.importers import recipe_text
from srq.errors import ConfigError

pytest.importorskip("hcl2", reason="pip install 'srq[hcl]'")

HR = data.astronaut()[:64, :96]
RESIZE = """
degradation {
  type = "resize"
  alg_lq = ["box", "lanczos", "down_up", "up_down"]
  alg_hq = ["lagrange"]
  down_up = {
    down = [1, 2]
    alg_up = ["nearest", "linear"]
    alg_down = ["hermite"]
  }
  up_down = {
    up = [1, 2]
    alg_up = ["cubic_catrom"]
    alg_down = ["gauss"]
  }
  scale = 4
  color_fix = true
  gamma_correction = false
}
"""
COMPRESS = """
degradation {
  type = "compress"
  algorithm = ["jpeg", "webp", "h264"]
  jpeg_sampling = ["4:4:4", "4:2:0"]
  target_compress = { h264 = [23, 25], jpeg = [40, 43] }
  compress = [98, 100]
  probability = 0.5
}
tile = { size = 512
  no_wb = true }
"""


@pytest.fixture
def load(tmp_path):
    def write_and_load(text):
        path = tmp_path / "mine.hcl"
        path.write_text(text)
        return Recipe.load(path)

    return write_and_load


def values_of(recipe, kind, name, count=600):
    return [
        step.values[name]
        for seed in range(count)
        for step in recipe.draw(seed)
        if step.degradation.kind == kind
    ]


def test_a_resize_of_every_kind_ends_at_the_size_of_lr(load):
    recipe = load(RESIZE)
    assert "'color_fix' is left out" in recipe.text
    for seed in range(20):
        (made,) = recipe.lows(HR, "", scale=4, seed=seed)
        assert made.pixels.shape == (16, 24, 3)
        (step,) = made.steps
        assert step["gamma"] == 1
        if step["kind"] == "down_up":
            assert (step["first_filter"], 16 / 2 <= step["between_size"][1] <= 16) == (
                "hermite",
                True,
            )
        if step["kind"] == "up_down":
            assert 64 <= step["between_size"][1] <= 128
    # It divides the size of LR by 1 to 2.
    between = np.array(values_of(recipe, "down_up", "between"), float)
    assert between.min() >= 1 / 8
    assert between.max() <= 1 / 4
    assert np.median(1 / (4 * between)) == pytest.approx(1.5, abs=0.12)


def test_the_upper_end_of_whole_numbers_is_never_drawn(load):
    recipe = load(RESIZE + COMPRESS)
    assert set(values_of(recipe, "jpeg", "quality")) == {40, 41, 42}
    assert set(values_of(recipe, "h264", "crf")) == {23, 24}
    assert set(values_of(recipe, "webp", "quality")) == {98, 99}
    assert set(values_of(recipe, "jpeg", "subsampling")) == {"4:4:4", "4:2:0"}
    assert "'tile' is left to whoever prepares the pictures" in recipe.text
    assert len(values_of(recipe, "jpeg", "quality")) == pytest.approx(100, abs=35)


def test_blur_noise_and_unsharp_masks(load):
    recipe = load(
        """
degradation {
  type = "blur"
  filter = ["box", "gauss", "motion"]
  target_kernel = { box = [0.5, 2], gauss = [0, 1.5] }
  motion_size = [0, 4]
  motion_angle = [-30, 30]
}
degradation {
  type = "noise"
  type_noise = ["gauss", "uniform", "salt", "salt_and_pepper"]
  alpha = [0.1, 0.4, 0.1]
  probability_salt_or_pepper = [0, 0.02]
}
degradation {
  type = "halo"
  type_halo = ["unsharp_mask"]
  kernel = [1, 2]
  amount = 0.5
}
"""
    )
    sizes = np.array(values_of(recipe, "box", "size"), float)
    assert 2 <= sizes.min() < 2.2
    assert 4.8 < sizes.max() <= 5
    assert set(values_of(recipe, "motion", "length")) == {1, 2, 3}
    assert set(values_of(recipe, "unsharp", "amount")) == {0.5}
    assert set(values_of(recipe, "salt_pepper", "salt")) == {0.5, 1}
    sigmas = sorted(set(map(float, values_of(recipe, "noise", "sigma"))))
    assert sigmas == pytest.approx(0.25 * np.arange(0.1, 0.4, 0.1))
    amplitudes = sorted(set(map(float, values_of(recipe, "uniform", "amplitude"))))
    assert amplitudes == pytest.approx(np.arange(0.1, 0.4, 0.1))
    # A quarter of the motions has no size.
    assert len(values_of(recipe, "motion", "length")) == pytest.approx(150, abs=45)


def test_a_box_is_as_wide_as_there(load):
    """A radius of 1.25 is five samples a side there, of which the outer ones count a quarter."""
    recipe = load('degradation {\n type = "blur"\n filter = ["box"]\n kernel = [1.25]\n}')
    step = np.zeros((9, 9), np.uint8)
    step[4, 4] = 245
    line = np.array([0.25, 1, 1, 1, 0.25])
    expected = 245 * np.outer(line, line) / line.sum() ** 2
    made = recipe.apply(step, scale=1, seed=0)[2:7, 2:7]
    assert np.abs(made - expected).max() <= 1


GROUPS = """
degradation {
  type = "%s"
  probability_one = 0.6
  probability_two = 0.5
  one_degradation {
    type = "blur"
    filter = ["gauss"]
    kernel = [1, 2]
  }
  two_degradation {
    type = "compress"
    algorithm = ["webp"]
    compress = [50, 90]
  }
}
"""


@pytest.mark.parametrize(
    ("group", "likely"),
    [
        ("and", {(): 0.4, ("blur",): 0.3, ("blur", "webp"): 0.3}),
        ("or", {(): 0.2, ("blur",): 0.6, ("webp",): 0.2}),
    ],
)
def test_and_takes_the_second_after_the_first_and_or_instead_of_it(load, group, likely):
    recipe = load(GROUPS % group)
    found = [tuple(step.degradation.kind for step in recipe.draw(seed)) for seed in range(1000)]
    assert set(found) == set(likely)
    for kinds, probability in likely.items():
        assert found.count(kinds) == pytest.approx(1000 * probability, abs=60)


WRONG = [
    ('degradation {\n type = "screentone"\n}', "the degradation 'screentone'"),
    (RESIZE.replace('"box", ', '"dpid_0.5", '), "the filter 'dpid_0.5' of resize"),
    (RESIZE.replace("scale = 4", "scale = 4\n spread = [1, 2, 0.25]"), "a spread, which draws"),
    (COMPRESS.replace('"4:4:4"', '"4:4:0"'), "the JPEG sampling 4:4:0"),
    (COMPRESS.replace('"webp"', '"av1"'), "the codec 'av1', for which it loses the picture"),
    ('degradation {\n type = "blur"\n filter = ["lens"]\n}', "the blur 'lens'"),
    ("gray = true\n" + COMPRESS, "gray = true"),
    ("tile = 3", "has no degradation"),
    ("degradation {", "is no HCL file"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_done_is_named(load, text, sentence):
    with pytest.raises(ConfigError, match=sentence) as caught:
        load(text)
    assert "mine.hcl" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_done_is_left_out_and_told_where_that_is_asked(tmp_path):
    path = tmp_path / "mine.hcl"
    path.write_text(RESIZE.replace('"box", ', '"dpid_0.5", "box", ') + COMPRESS)
    text = recipe_text(path, leave_out=True)
    assert "# Left out, for srq cannot do it: the filter 'dpid_0.5' of resize." in text
    assert set(values_of(Recipe.parse(text, "mine"), "resize", "filter")) == {"box", "lanczos"}
