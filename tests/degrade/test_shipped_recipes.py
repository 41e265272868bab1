"""The shipped recipes as wholes: how many LR, made again from their records, drawn as they say."""

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from scipy.stats import chi2_contingency, chisquare, kstest
from skimage import data

from srq.degrade import Recipe
from srq.degrade.graph import draw, paths
from srq.errors import DataError

ASTRONAUT = data.astronaut()
FILTERS = ["nearest", "linear", "catrom", "mitchell", "bspline", "lanczos", "gauss"]


def sources(count, size=32):
    """Crops of a photo, ``count`` of them."""
    rng = np.random.default_rng(5)
    for top, left in rng.integers(0, 512 - size, (count, 2)):
        yield ASTRONAUT[top : top + size, left : left + size]


@pytest.mark.parametrize("count", [3, pytest.param(100, marks=pytest.mark.slow)])
def test_realwebphoto_makes_64_lr_of_each_source_and_each_again_from_its_record(count):
    recipe = Recipe.load("realwebphoto")
    names = [output.name for output in recipe.outputs(4)]
    assert len(names) == len(set(names)) == 64
    total = 0
    for number, source in enumerate(sources(count)):
        made_names = []
        for hr_name, hr in recipe.highs(source, 4):
            for made in recipe.lows(hr, hr_name, scale=4, seed=(7, number)):
                assert made.pixels.shape == (hr.shape[0] // 4, hr.shape[1] // 4, 3)
                line = json.loads(json.dumps(made.steps))
                again = recipe.replay(hr, made.output.name, scale=4, seed=(7, number), steps=line)
                assert again.tobytes() == made.pixels.tobytes()
                made_names.append(made.output.name)
        assert made_names == names
        total += len(made_names)
    assert total == 64 * count


@pytest.fixture(scope="module")
def drawn():
    """What each output of 700 sources draws, without the pictures."""
    recipe = Recipe.load("realwebphoto")
    steps = {path: [] for path in paths(recipe.steps)}
    for seed in range(700):
        for path, made in steps.items():
            made.append([step.record() for step in draw(recipe.steps, path, [seed], ("1",))])
    return {"/".join(path): made for path, made in steps.items()}


def filters_of(steps):
    """The algorithm of each resize, down_up being one, and what is inside those."""
    resized = [step for step in steps if step["kind"] in ("resize", "down_up")]
    return [step.get("filter", step["kind"]) for step in resized]


def evenly(values, options):
    counts = Counter(values)
    assert set(counts) <= set(options)
    return chisquare([counts[option] for option in options]).pvalue


@pytest.mark.parametrize(
    ("output", "passes"),
    [
        ("sharp/clean/scaled", 1),
        ("lens/clean/compressed", 1),
        ("sharp/noisy/rescaled/once", 2),
        ("lens/noisy/rescaled/twice", 2),
    ],
)
def test_each_pass_draws_one_of_eight_algorithms_and_none_knows_the_other(drawn, output, passes):
    chosen = [filters_of(steps) for steps in drawn[output]]
    for number in range(passes):
        assert evenly([each[number] for each in chosen], [*FILTERS, "down_up"]) > 0.001
    if passes == 2:
        options = [*FILTERS, "down_up"]
        table = np.zeros((8, 8))
        for first, second in chosen:
            table[options.index(first), options.index(second)] += 1
        assert chi2_contingency(table).pvalue > 0.001


def test_down_up_draws_its_filters_and_the_size_between(drawn):
    inner = [
        step
        for output in ("sharp/clean/scaled", "lens/noisy/rescaled/twice", "sharp/noisy/compressed")
        for steps in drawn[output]
        for step in steps
        if step["kind"] == "down_up"
    ]
    assert len(inner) > 200
    for which in ("first_filter", "second_filter"):
        assert evenly([step[which] for step in inner], FILTERS) > 0.001
    table = np.zeros((7, 7))
    for step in inner:
        table[FILTERS.index(step["first_filter"]), FILTERS.index(step["second_filter"])] += 1
    assert chi2_contingency(table).pvalue > 0.001
    between = np.array([step["between"] for step in inner])
    assert kstest((between - 0.15) / 1.35, "uniform").pvalue > 0.001


@pytest.mark.parametrize("output", ["sharp/clean/compressed", "lens/noisy/rescaled/twice"])
@pytest.mark.parametrize("number", [0, -1])
def test_each_compression_draws_a_codec_and_a_quality(drawn, output, number):
    coded = [
        [step for step in steps if step["kind"] in ("jpeg", "webp")][number]
        for steps in drawn[output]
    ]
    assert evenly([step["kind"] for step in coded], ["jpeg", "webp"]) > 0.001
    for kind, low in (("jpeg", 40), ("webp", 45)):
        qualities = [step["quality"] for step in coded if step["kind"] == kind]
        assert evenly(qualities, range(low, 101)) > 0.001


def test_lens_and_noise_are_drawn_evenly_and_for_each_branch_anew(drawn):
    radii = [steps[0]["radius"] for steps in drawn["lens/clean/scaled"]]
    assert evenly(radii, [2, 3]) > 0.001
    strengths = np.array([steps[0]["strength"] for steps in drawn["sharp/noisy/scaled"]])
    assert kstest(strengths - 0.5, "uniform").pvalue > 0.001
    outputs = [output for output in drawn if output.endswith("/compressed")]
    for one, other in pairwise(outputs):
        same = np.mean(
            [
                filters_of(mine) == filters_of(theirs)
                for mine, theirs in zip(drawn[one], drawn[other], strict=True)
            ]
        )
        assert same == pytest.approx(1 / 8, abs=0.05)


def test_the_two_rescaled_lr_share_their_first_pass(drawn):
    for blur in ("sharp", "lens"):
        once, twice = (drawn[f"{blur}/noisy/rescaled/{times}"] for times in ("once", "twice"))
        assert all(mine == theirs[:-1] for mine, theirs in zip(once, twice, strict=True))


@pytest.mark.parametrize("exact", ["default", "seed"])
@pytest.mark.parametrize("size", [(481, 321), (321, 481), (63, 65), (16, 16), (5, 4), (1, 1)])
def test_sources_of_any_size_have_hr_and_lr_of_fitting_sizes(size, exact):
    recipe = Recipe.load("realwebphoto").with_exact(exact)
    width, height = size
    source = np.resize(ASTRONAUT[: min(height, 512), : min(width, 512)], (height, width, 3))
    wanted = {
        scale: (int(height * float(scale)) // 4 * 4, int(width * float(scale)) // 4 * 4)
        for scale in ("1", "0.75", "0.5", "0.25")
    }
    wanted = {scale: shape for scale, shape in wanted.items() if min(shape)}
    if not wanted:
        with pytest.raises(DataError, match="1x1 is too small"):
            list(recipe.highs(source, 4))
        return
    highs = dict(recipe.highs(source, 4))
    assert {name: hr.shape[:2] for name, hr in highs.items()} == wanted
    name = min(highs, key=lambda each: highs[each].size)
    lows = list(recipe.lows(highs[name], name, scale=4, seed=1))
    assert len(lows) == 16
    high, wide = wanted[name]
    assert {low.pixels.shape for low in lows} == {(high // 4, wide // 4, 3)}


@pytest.mark.parametrize("exact", ["default", "seed"])
def test_hr_and_lr_are_aligned(exact):
    """A disc off the middle has its centre at the same place of the picture in every LR."""
    y, x = np.mgrid[:129, :131]
    disc = 255 * (np.hypot(y - 40, x - 77) < 18)
    source = np.repeat(disc.astype(np.uint8)[..., None], 3, axis=2)
    recipe = Recipe.load("realwebphoto").with_exact(exact)

    def centre(picture):
        grey = picture.astype(float).mean(axis=2)
        grey[grey < 100] = 0
        height, width = grey.shape
        row = (np.arange(height) + 0.5) / height @ grey.sum(axis=1) / grey.sum()
        column = (np.arange(width) + 0.5) / width @ grey.sum(axis=0) / grey.sum()
        return row * height, column * width

    for name, hr in recipe.highs(source, 4):
        for low in recipe.lows(hr, name, scale=4, seed=3):
            for ours, theirs in zip(centre(low.pixels), centre(hr), strict=True):
                assert ours == pytest.approx(theirs / 4, abs=0.35), low.output.name


def test_hr_sizes_are_pillows_lanczos():
    recipe = Recipe.load("realwebphoto")
    source = ASTRONAUT[:65, :63]
    highs = dict(recipe.highs(source, 4))
    shrunk = Image.fromarray(source).resize((47, 48), Image.Resampling.LANCZOS)
    assert np.array_equal(highs["0.75"], np.asarray(shrunk)[:48, :44])
    assert np.array_equal(highs["1"], source[:64, :60])


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("name", ["bsrgan", "realesrgan"])
def test_recipes_of_random_sizes_end_at_the_size_of_lr(name, scale):
    recipe = Recipe.load(name)
    for seed in range(25):
        lr = recipe.apply(ASTRONAUT[:64, :96], scale=scale, seed=seed)
        assert lr.shape == (64 // scale, 96 // scale, 3)


def test_bsrgan_draws_the_order_of_its_steps_and_ends_with_jpeg():
    recipe = Recipe.load("bsrgan")
    firsts = Counter()
    for seed in range(400):
        kinds = [step.degradation.kind for step in recipe.draw(seed)]
        assert kinds[-1] == "jpeg"
        assert kinds.count("noise") == 1
        firsts[kinds[0]] += 1
    assert firsts["noise"] == pytest.approx(400 * 0.75 / 6, abs=25)


def test_gray_stays_gray_in_every_shipped_recipe():
    """Mid-gray through each recipe whose chance does not aim at it."""
    gray = np.full((64, 64, 3), 128, np.uint8)
    recipe = Recipe.load("realwebphoto")
    hr = next(recipe.highs(gray, 4))[1]
    for made in recipe.lows(hr, "1", scale=4, seed=2):
        if "clean" in made.output.name:
            assert np.abs(made.pixels.astype(int) - 128).max() <= 1, made.output.name
            assert np.ptp(made.pixels.astype(int), axis=2).max() == 0, made.output.name
