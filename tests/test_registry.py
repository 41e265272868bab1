"""Lists of what can be chosen by name: found, loaded, or refused with the nearest."""

import json

import pytest

from srq.errors import DataError, MissingDependencyError
from srq.registry import Entry, Registry, suggestion

TOOLS = Registry(
    "tool",
    {
        "dumps": Entry("json:dumps", "writes"),
        "absent": Entry("srq_absent:Absent", "is not here", get="pip install absent"),
    },
    error=DataError,
)


def test_an_entry_is_imported_when_it_is_asked_for():
    assert list(TOOLS) == ["dumps", "absent"]
    assert TOOLS.load("dumps") is json.dumps


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(DataError, match=r"^There is no tool 'dump'; did you mean 'dumps'\?$"):
        TOOLS.find("dump")
    with pytest.raises(DataError, match=r"^There is no tool 'zz'; choose one of dumps, absent\.$"):
        TOOLS.load("zz")


def test_what_is_not_installed_is_told_with_how_to_get_it():
    with pytest.raises(MissingDependencyError) as error:
        TOOLS.load("absent")
    sentence = "The tool 'absent' needs srq_absent, which is not installed; pip install absent."
    assert str(error.value) == sentence


def test_a_suggestion_is_for_any_list_of_names():
    assert suggestion("radus", ["radius", "sigma"]) == "did you mean 'radius'?"
    assert suggestion(3, ["radius", "sigma"]) == "choose one of radius, sigma."
