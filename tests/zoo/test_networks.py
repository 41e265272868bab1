"""The list of the zoo's networks says what their Programs say."""

import pytest

from srq import zoo
from srq.errors import ConfigError, ModelError
from srq.program import load
from srq.zoo.networks import NETWORKS, QUALITIES, Network, at_scale, network_for


def test_every_program_that_ships_is_listed():
    assert set(NETWORKS) == set(zoo.names("program"))


@pytest.mark.parametrize("name", NETWORKS)
def test_scale_weights_and_bits_are_those_of_the_program(name):
    program, network = load(zoo.resolve(name, "program")), NETWORKS[name]
    assert network.scale == program.scale
    assert network.weights == sum(conv.weight.size for conv in program.convs)
    assert network.bits == max(conv.weight_bits for conv in program.convs)


def test_the_first_of_a_scale_and_kind_is_taken():
    assert network_for(2, "clean", "fast") == "kim-x2"
    assert network_for(2, "compressed", "fast") == "kim-x2-compressed"
    assert list(at_scale(2))[:3] == ["kim-x2", "kim-x2-8bit", "kim-x2-compressed"]


def test_a_quality_that_a_scale_lacks_is_the_next_faster_then_the_next_slower(monkeypatch):
    monkeypatch.setattr(zoo, "names", lambda form: ("kim-x2", "kim-x3"))
    monkeypatch.setitem(NETWORKS, "kim-x3", Network(3, "clean", "good", 1, 10))
    assert network_for(2, "clean", "best") == "kim-x2"
    assert [network_for(3, "compressed", q) for q in QUALITIES] == ["kim-x3"] * 3


def test_the_kind_counts_more_than_the_quality(monkeypatch):
    monkeypatch.setattr(zoo, "names", lambda form: ("kim-x4", "medium-x4-compressed", "large-x4"))
    assert network_for(4, "compressed", "best") == "medium-x4-compressed"
    assert network_for(4, "compressed", "fast") == "kim-x4"  # the other is slower than wanted
    assert network_for(4, "clean", "good") == "kim-x4"


def test_a_kind_that_is_missing_is_another_of_the_scale(monkeypatch):
    monkeypatch.setattr(zoo, "names", lambda form: ("kim-x3", "kim-x2-compressed"))
    assert network_for(3, "compressed") == "kim-x3"
    assert network_for(2, "clean") == "kim-x2-compressed"


def test_what_there_is_none_of():
    with pytest.raises(ConfigError, match="No network of the zoo enlarges by 5; choose one of 1, "):
        network_for(5, "clean")


def test_an_empty_zoo(monkeypatch):
    monkeypatch.setattr(zoo, "names", lambda form: ())
    with pytest.raises(ModelError, match="the zoo is empty, so name a file"):
        at_scale(2)
