"""Recipes that fork, choose and shuffle."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chisquare
from skimage import data

from srq.degrade import Recipe, making
from srq.degrade.graph import paths
from srq.degrade.registry import DEGRADATIONS
from srq.errors import ConfigError, DataError

HR = data.astronaut()[100:132, 200:248]

FORKS = """
[[step]]
fork = { sharp = [], soft = [{ kind = "blur", radius = [0.5, 2] }] }

[[step]]
fork = { clean = [], noisy = [{ kind = "noise", sigma = [0, 0.1] }] }

[[step]]
kind = "downscale"

[[step]]
[step.fork]
plain = []
coded = [
  { kind = "jpeg", quality = [20, 90] },
  { fork = { once = [], twice = [{ kind = "webp", quality = [20, 90] }] } },
]
"""


def made_by(text, seed=1, scale=2, hr=HR):
    recipe = Recipe.parse(text, "test")
    return {made.output.name: made for made in recipe.lows(hr, "", scale=scale, seed=seed)}


def test_consecutive_forks_multiply_and_nested_ones_name_their_way():
    recipe = Recipe.parse(FORKS, "forks")
    names = [output.name for output in recipe.outputs(2)]
    assert names == [
        f"{blur}/{noise}/{end}"
        for blur in ("sharp", "soft")
        for noise in ("clean", "noisy")
        for end in ("plain", "coded/once", "coded/twice")
    ]
    made = list(recipe.lows(HR, "", scale=2, seed=3))
    assert [each.output for each in made] == list(recipe.outputs(2))
    kinds = [[step["kind"] for step in each.steps] for each in made]
    assert kinds[0] == ["downscale"]
    assert kinds[-1] == ["blur", "noise", "downscale", "jpeg", "webp"]


def test_a_branch_equals_the_list_of_its_steps():
    made = made_by(FORKS, seed=5)["soft/clean/coded/once"]
    values = {step["kind"]: step for step in made.steps}
    text = f"""
[[step]]
kind = "blur"
radius = {values["blur"]["radius"]!r}
[[step]]
kind = "downscale"
[[step]]
kind = "jpeg"
quality = {values["jpeg"]["quality"]}
"""
    assert np.array_equal(made.pixels, Recipe.parse(text, "list").apply(HR, scale=2, seed=0))


def test_what_branches_share_is_drawn_and_computed_once(monkeypatch):
    recipe = Recipe.parse(FORKS, "forks")
    calls: Counter[str] = Counter()
    do = making._do

    def counted(step, *rest):
        calls[step.degradation.kind] += 1
        return do(step, *rest)

    monkeypatch.setattr(making, "_do", counted)
    made = {each.output.name: each for each in recipe.lows(HR, "", scale=2, seed=3)}
    assert calls == {"blur": 1, "noise": 2, "downscale": 4, "jpeg": 4, "webp": 4}
    once, twice = made["soft/noisy/coded/once"], made["soft/noisy/coded/twice"]
    assert once.steps == twice.steps[:4]
    assert made["soft/clean/plain"].steps[0] == made["soft/noisy/plain"].steps[0]


def test_branches_draw_values_of_their_own():
    made = made_by(FORKS)
    qualities = {
        name: each.steps[-1]["quality"] for name, each in made.items() if name.endswith("/once")
    }
    assert len(set(qualities.values())) == 4


def test_share_false_draws_the_steps_before_a_fork_anew_for_each_branch():
    text = """
[[step]]
kind = "downscale"
[[step]]
kind = "jpeg"
quality = [20, 90]
[[step]]
share = %s
fork = { once = [], twice = [{ kind = "jpeg", quality = [20, 90] }] }
"""
    shared, anew = made_by(text % "true"), made_by(text % "false")
    assert shared["once"].steps[1] == shared["twice"].steps[1]
    assert anew["once"].steps[1] != anew["twice"].steps[1]
    assert len(anew["twice"].steps) == 3
    assert anew["twice"].steps[1] != anew["twice"].steps[2]
    assert list(shared) == list(anew) == ["once", "twice"]


def test_share_false_reaches_back_to_the_fork_before():
    text = """
[[step]]
fork = { a = [{ kind = "blur", radius = [0.5, 2] }], b = [] }
[[step]]
kind = "noise"
sigma = [0, 0.1]
[[step]]
share = false
fork = { c = [], d = [] }
"""
    made = made_by(text, scale=1)
    assert list(made) == ["a/c", "a/d", "b/c", "b/d"]
    assert made["a/c"].steps[0] == made["a/d"].steps[0]
    assert len({str(each.steps[-1]) for each in made.values()}) == 4


def test_draws_do_not_depend_on_what_else_the_recipe_holds():
    more = FORKS.replace(
        "sharp = [],", 'sharp = [], worse = [{ kind = "blur", radius = [2, 3] }],'
    ).replace("plain = []", 'plain = [], other = [{ kind = "avif", quality = [20, 90] }]')
    more = more.replace("plain = [], other", "plain = []\nother")
    plain, extended = made_by(FORKS), made_by(more)
    assert len(extended) == 24
    for name, made in plain.items():
        assert made.steps == extended[name].steps
        assert np.array_equal(made.pixels, extended[name].pixels)


@pytest.mark.parametrize("name", [output.name for output in Recipe.parse(FORKS, "").outputs(2)])
def test_every_output_is_made_again_from_its_record(name):
    recipe = Recipe.parse(FORKS, "forks")
    made = made_by(FORKS, seed=(4, 9))[name]
    steps = json.loads(json.dumps(made.steps))
    again = recipe.replay(HR, name, scale=2, seed=(4, 9), steps=steps)
    assert np.array_equal(again, made.pixels)
    with pytest.raises(DataError, match="disagrees with its seed"):
        recipe.replay(HR, name, scale=2, seed=(4, 10), steps=steps[:-1])


def test_a_choice_is_drawn_by_weight_and_then_has_draws_of_its_own():
    text = """
[[step]]
probability = 0.8
weights = { jpeg = 3, never = 0 }
[step.one_of]
jpeg = [{ kind = "jpeg", quality = [1, 100] }]
webp = [{ kind = "webp", quality = 5 }]
never = [{ kind = "blur", radius = 1 }]
plain = []
"""
    recipe = Recipe.parse(text, "choice")
    assert recipe.varies
    drawn = [recipe.draw(seed) for seed in range(2000)]
    counts = Counter(step.degradation.kind for steps in drawn for step in steps)
    counts[""] = sum(not steps for steps in drawn)
    expected = {"jpeg": 960, "webp": 320, "": 720}
    assert set(counts) == set(expected)
    assert chisquare([counts[k] for k in expected], list(expected.values())).pvalue > 0.01


def test_a_shuffle_draws_any_order_and_a_list_in_it_keeps_its_own():
    text = """
[[step]]
shuffle = [
  { kind = "blur", radius = [0.5, 1] },
  [{ kind = "jpeg", quality = [1, 50] }, { kind = "jpeg", quality = [51, 100] }],
  { one_of = { noise = [{ kind = "noise", sigma = 0.1 }] } },
]
"""
    recipe = Recipe.parse(text, "shuffle")
    orders = Counter()
    for seed in range(1200):
        steps = recipe.draw(seed)
        orders["".join(step.degradation.kind[0] for step in steps)] += 1
        qualities = [step.values["quality"] for step in steps if step.degradation.kind == "jpeg"]
        assert float(qualities[0]) <= 50 < float(qualities[1])
    assert len(orders) == 12
    assert chisquare(list(orders.values())).pvalue > 0.01


def test_several_sizes_of_hr_each_have_all_outputs():
    recipe = Recipe.parse("[hr]\nscales = [1, 0.5]\nshortest_edge = 20\n" + FORKS, "sizes")
    outputs = recipe.outputs(2)
    assert len(outputs) == 36
    assert [output.hr for output in outputs[::12]] == ["1", "0.5", "edge20"]
    assert outputs[12].name == "0.5/sharp/clean/plain"
    sizes = {name: (hr, hr.shape) for name, hr in recipe.highs(HR, 2)}
    assert [shape for _, shape in sizes.values()] == [(32, 48, 3), (16, 24, 3), (20, 30, 3)]
    assert np.array_equal(sizes["1"][0], HR)
    low = next(recipe.lows(sizes["0.5"][0], "0.5", scale=2, seed=1))
    assert low.output.name == "0.5/sharp/clean/plain"
    assert low.pixels.shape == (8, 12, 3)
    with pytest.raises(DataError, match=r"no HR size '0.25'"):
        recipe.lows(HR, "0.25", scale=2, seed=1)


def test_a_size_too_small_or_there_already_is_left_out():
    recipe = Recipe.parse("[hr]\nscales = [1, 0.25]\nshortest_edge = 32\n" + FORKS, "sizes")
    assert [name for name, _ in recipe.highs(HR, 2)] == ["1", "0.25"]
    assert [name for name, _ in recipe.highs(HR[:7, :7], 2)] == ["1"]
    with pytest.raises(DataError, match="too small"):
        list(recipe.highs(HR[:1, :1], 2))


def test_apply_takes_one_output_that_the_seed_draws():
    recipe = Recipe.parse(FORKS, "forks")
    lengths = Counter(len(recipe.draw(seed)) for seed in range(300))
    assert set(lengths) == {1, 2, 3, 4, 5}
    for seed in range(4):
        made = [each.pixels for each in recipe.lows(HR, "", scale=2, seed=seed)]
        lr = recipe.apply(HR, scale=2, seed=seed)
        assert any(np.array_equal(lr, each) for each in made)


def test_an_lr_that_ends_at_another_size_is_refused():
    recipe = Recipe.parse("[[step]]\nfork = { a = [], b = [{ kind = 'downscale' }] }", "test")
    with pytest.raises(ConfigError, match="'test', a, has no downscale step"):
        recipe.lows(HR, "", scale=2, seed=0)
    assert len(list(recipe.lows(HR, "", scale=1, seed=0))) == 2


def test_exact_is_written_at_the_head_and_changes_the_fingerprint():
    recipe = Recipe.parse('exact = "default"\n' + FORKS, "test")
    seed = recipe.with_exact("seed")
    assert (recipe.exact, seed.exact) == ("default", "seed")
    assert seed.fingerprint != recipe.fingerprint
    assert seed.text.count("exact") == 1
    assert paths(seed.steps) == paths(recipe.steps)
    assert recipe.with_exact("default") is recipe


def test_a_part_stands_for_its_steps():
    text = """
[parts]
code = [{ use = "down" }, { kind = "jpeg", quality = [20, 90] }]
down = [{ kind = "downscale" }]
[[step]]
use = "code"
[[step]]
share = false
fork = { once = [], twice = [{ kind = "jpeg", quality = [20, 90] }] }
"""
    plain = """
[[step]]
kind = "downscale"
[[step]]
kind = "jpeg"
quality = [20, 90]
[[step]]
share = false
fork = { once = [], twice = [{ kind = "jpeg", quality = [20, 90] }] }
"""
    for made, other in zip(made_by(text).values(), made_by(plain).values(), strict=True):
        assert made.steps == other.steps
        assert np.array_equal(made.pixels, other.pixels)


def test_a_part_happens_as_a_whole_or_not_at_all():
    text = """
[parts]
web = [{ kind = "jpeg", quality = [20, 90] }, { kind = "webp", quality = [20, 90] }]
[[step]]
use = "web"
probability = 0.4
"""
    recipe = Recipe.parse(text, "part")
    lengths = Counter(len(recipe.draw(seed)) for seed in range(1000))
    assert chisquare([lengths[0], lengths[2]], [600, 400]).pvalue > 0.01


WRONG = [
    ("use = 'coed'\n[parts]\ncode = []", "has no 'coed'; did you mean 'code'"),
    ("use = 'code'", "has no 'code'; write"),
    ("use = 'code'\nkind = 'blur'\n[parts]\ncode = []", "unknown key 'kind'"),
    ("use = 'a'\n[parts]\na = [{ use = 'b' }]\nb = [{ use = 'a' }]", "part 'a' uses itself"),
    ("fork = 3", "must be a table of branches"),
    ("fork = {}", "must be a table of branches"),
    ('fork = { "a/b" = [] }', "a branch cannot be called 'a/b'"),
    ("fork = { a = 3 }", r"\(fork\), a must be a list of steps, not 3"),
    ("fork = { a = [3] }", "a, step 1 must be a"),
    ("fork = { a = [] }\nshare = 1", "'share' must be true or false"),
    ("fork = { a = [] }\nshared = true", "unknown key 'shared'; did you mean 'share'"),
    ("fork = { a = [] }\nkind = 'blur'", "has both 'kind' and 'fork'"),
    ("one_of = { a = [{ fork = { b = [] } }] }", "a fork cannot stand in one_of or shuffle"),
    ("shuffle = [{ fork = { b = [] } }]", "a fork cannot stand in one_of or shuffle"),
    ("shuffle = []", "must be a list of steps"),
    ("one_of = { a = [] }\nweights = { b = 1 }", "unknown key 'b'"),
    ("one_of = { a = [] }\nweights = { a = 0 }", "above 0"),
    ("one_of = { a = [] }\nweights = { a = -1 }", "from 0 on, not -1"),
    ("one_of = { a = [] }\nweights = { a = nan }", "from 0 on, not nan"),
    ("one_of = { a = [] }\nweights = 3", "'weights' must be a table"),
    ("one_of = { a = [] }\nprobability = 2", "'probability' must lie in 0 to 1"),
    (
        "fork = { a = [{ kind = 'downscale' }] }\n[[step]]\nkind = 'downscale'",
        "downscales more than once",
    ),
]
HEADS = [
    ("[hr]", "must have 'scales' or 'shortest_edge'"),
    ("[hr]\nscale = [1]", "unknown key 'scale'; did you mean 'scales'"),
    ("[hr]\nscales = [2]", "above 0 and up to 1"),
    ("[hr]\nscales = []", "must be different numbers"),
    ("[hr]\nscales = [1, 1]", "must be different numbers"),
    ("[hr]\nshortest_edge = 0", "must be a whole number, not 0"),
    ("parts = 3\n", "'parts' must be a table of lists"),
    ("exact = 'seeds'", 'must be "default" or "seed", not \'seeds\''),
]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("[[step]]\n" + text, sentence) for text, sentence in WRONG]
    + [(head + FORKS, sentence) for head, sentence in HEADS],
)
def test_a_wrong_graph_is_told_in_one_sentence(text, sentence):
    with pytest.raises(ConfigError, match=sentence) as caught:
        Recipe.parse(text, "mine")
    assert "'mine'" in str(caught.value)


def test_lists_draw_what_they_always_have():
    """Values and first numbers of the steps' generators, noted before recipes could branch."""
    expected = {
        0: ([0.6610840271309344, 88, 0.007413439543495166], [207878059, 2932950019]),
        7: ([0.43072708198405735, 81, 0.019191875536590193], [75996775, 1200949032]),
    }
    for seed, (values, firsts) in expected.items():
        blur, down, jpeg, noise = Recipe.load("paper").draw(seed)
        drawn = [blur.values["radius"], jpeg.values["quality"], noise.values["sigma"]]
        assert drawn == values
        assert [int(step.rng.integers(1 << 32)) for step in (blur, down)] == firsts


def test_a_graph_draws_the_same_on_every_machine_and_for_seeds_of_any_type():
    recipe = Recipe.parse(FORKS, "forks")
    made = {each.output.name: each for each in recipe.lows(HR, "", scale=2, seed=(1, 2))}
    radius = made["soft/clean/plain"].steps[0]["radius"]
    assert radius == 1.6830717848378485
    numpy_seed = list(recipe.lows(HR, "", scale=2, seed=list(np.array([1, 2]))))
    assert [each.steps for each in numpy_seed] == [each.steps for each in made.values()]


def test_a_parameter_added_later_shifts_no_other():
    dust = DEGRADATIONS.load("dust")
    text = '[[step]]\nkind = "dust"\ndensity = [0, 100]\nsize = [1, 9]\ngathered = [0, 1]\n'
    (step,) = Recipe.parse(text, "heaps").steps
    before = tuple(one for one in dust.parameters if not one.added)
    assert len(before) < len(dust.parameters)
    names = [one.name for one in before]
    earlier = replace(
        step,
        degradation=replace(dust, parameters=before),
        distributions={name: step.distributions[name] for name in names},
    )
    gathered = set()
    for seed in range(20):
        now, then = step.draw([seed]), earlier.draw([seed])
        assert {name: now.values[name] for name in names} == then.values
        assert now.rng.random() == then.rng.random()
        gathered.add(now.values["gathered"])
    assert len(gathered) == 20
    assert min(gathered) < 0.3 < 0.7 < max(gathered)
