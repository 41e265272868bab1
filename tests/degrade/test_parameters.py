"""What a recipe may write for a value, and what is drawn of it."""

import numpy as np
import pytest
from scipy.stats import chisquare, kstest, loguniform, truncnorm

from srq.degrade.parameters import Choice, Number
from srq.errors import ConfigError

SIGMA = Number("sigma", 0, 50)
COUNT = Number("count", 0, 50, integer=True)
WORD = Choice("word", ("jpeg", "webp", "avif"))
U = np.random.default_rng(1).random(4000).tolist()


def drawn(parameter, raw):
    distribution = parameter.parse(raw, "test")
    assert distribution.varies
    return np.array([distribution.at(u) for u in U])


@pytest.mark.parametrize(
    ("raw", "cdf"),
    [
        ([2, 5], lambda x: (x - 2) / 3),
        ({"low": 2, "high": 5}, lambda x: (x - 2) / 3),
        ({"low": 0.1, "high": 5, "power": 0}, loguniform(0.1, 5).cdf),
        ({"low": 1, "high": 5, "power": 2}, lambda x: (x**2 - 1) / 24),
        ({"low": 1, "high": 4, "power": -0.5}, lambda x: (1 - x**-0.5) / 0.5),
        ({"mean": 3, "deviation": 2}, truncnorm(-1.5, 23.5, 3, 2).cdf),
        ({"mean": 3, "deviation": 2, "low": 2, "high": 8}, truncnorm(-0.5, 2.5, 3, 2).cdf),
    ],
)
def test_real_numbers_have_the_distribution_asked_for(raw, cdf):
    assert kstest(drawn(SIGMA, raw), cdf).pvalue > 0.01


def test_whole_numbers_come_with_both_ends():
    values, counts = np.unique(drawn(COUNT, [3, 7]), return_counts=True)
    assert values.tolist() == [3, 4, 5, 6, 7]
    assert chisquare(counts).pvalue > 0.01
    assert set(drawn(COUNT, {"low": 1, "high": 4, "power": 0})) == {1, 2, 3, 4}
    assert set(drawn(COUNT, {"mean": 2, "deviation": 1, "low": 1, "high": 3})) == {1, 2, 3}


@pytest.mark.parametrize(
    ("parameter", "raw", "weights"),
    [
        (WORD, ["jpeg", "avif"], {"jpeg": 1, "avif": 1}),
        (WORD, {"jpeg": 3, "webp": 1}, {"jpeg": 3, "webp": 1}),
        (COUNT, {"values": [7, 9, 21]}, {7: 1, 9: 1, 21: 1}),
        (COUNT, {"values": [7, 9], "weights": [1, 2.5]}, {7: 1, 9: 2.5}),
    ],
)
def test_options_come_by_their_weight(parameter, raw, weights):
    values = drawn(parameter, raw).tolist()
    counts = [values.count(option) for option in weights]
    expected = np.array(list(weights.values())) / sum(weights.values()) * len(U)
    assert sum(counts) == len(U)
    assert chisquare(counts, expected).pvalue > 0.01


def test_a_weight_of_0_is_never_drawn():
    options = WORD.parse({"avif": 0, "jpeg": 1, "webp": 0}, "test")
    assert {options.at(u) for u in (0.0, 0.5, 1 - 2**-53)} == {"jpeg"}


@pytest.mark.parametrize("u", [0.0, 0.5, 1 - 2**-53])
def test_values_stay_within_the_ends(u):
    for power in (-0.5, 0, 1, 2):
        for parameter in (SIGMA, COUNT):
            span = parameter.parse({"low": 1, "high": 7, "power": power}, "test")
            assert 1 <= float(span.at(u)) <= 7
    bell = SIGMA.parse({"mean": 2, "deviation": 9, "low": 2, "high": 3}, "test")
    assert 2 <= float(bell.at(u)) <= 3


WRONG = [
    (SIGMA, {"low": 1}, "must be a number"),
    (SIGMA, {"low": 1, "hihg": 2}, "unknown key 'hihg'; did you mean 'high'"),
    (SIGMA, {"low": 0, "high": 2, "power": 0}, "'power' 0 does not go with low 0"),
    (SIGMA, {"low": 1, "high": 2, "power": "cube"}, "'power' must be a number"),
    (SIGMA, {"mean": 3}, "'deviation' must be a number"),
    (SIGMA, {"mean": 3, "deviation": 0}, "must be above 0"),
    (SIGMA, {"mean": 60, "deviation": 1}, "'mean' within 0 to 50"),
    (SIGMA, {"mean": 3, "deviation": 1, "high": 51}, "must lie in 0 to 50"),
    (SIGMA, {"values": []}, "must be a list of numbers"),
    (SIGMA, {"values": [1, 60]}, "must lie in 0 to 50"),
    (COUNT, {"values": [1.5]}, "must be a list of numbers"),
    (COUNT, {"values": [1, 2], "weights": [1]}, "must be a list of 2 numbers"),
    (COUNT, {"values": [1, 2], "weights": [0, 0]}, "above 0"),
    (WORD, {"jpg": 1}, "cannot be 'jpg'; did you mean 'jpeg'"),
    (WORD, {"jpeg": -1}, "from 0 on, not -1"),
    (WORD, {}, "must be a word"),
]


@pytest.mark.parametrize(("parameter", "raw", "sentence"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_distribution_is_told(parameter, raw, sentence):
    with pytest.raises(ConfigError, match=sentence):
        parameter.parse(raw, "test")
