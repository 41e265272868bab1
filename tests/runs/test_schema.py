import dataclasses
import tomllib
from typing import Literal

import pytest

from srq.errors import ConfigError
from srq.runs.schema import from_table, number, override, to_toml


@dataclasses.dataclass(frozen=True)
class Inner:
    rate: float = number(0.1, 0.0, 1.0)
    words: tuple[str, ...] = ("a",)


@dataclasses.dataclass(frozen=True)
class Outer:
    count: int = number(3, 1)
    kind: Literal["x", "y"] = "x"
    name: str = ""
    on: bool = False
    free: dict[str, int] = dataclasses.field(default_factory=dict)
    inner: Inner = dataclasses.field(default_factory=Inner)


def read(text):
    return from_table(Outer, tomllib.loads(text), "it")


def test_absent_keys_keep_their_defaults():
    assert read("") == Outer()


def test_values_arrive_with_their_types():
    made = read('count = 5\nkind = "y"\nfree = {a = 1}\n[inner]\nrate = 1\nwords = ["p", "q"]')
    assert made == Outer(5, "y", free={"a": 1}, inner=Inner(1.0, ("p", "q")))
    assert type(made.inner.rate) is float


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cuont = 5", "it: unknown key 'cuont'; did you mean 'count'?"),
        ("[inner]\nrat = 5", "it: unknown key 'inner.rat'; did you mean 'inner.rate'?"),
        ("[iner]\nrate = 5", "it: unknown key 'iner'; did you mean 'inner'?"),
        ("rate = 5", "it: unknown key 'rate'; did you mean 'inner.rate'?"),
        (
            "[inner]\nzzz = 5",
            "it: unknown key 'inner.zzz'; known here: inner.rate, inner.words.",
        ),
        ("count = 0", "it: 'count' must be a whole number of at least 1, not 0."),
        ("count = 1.5", "it: 'count' must be a whole number, not 1.5."),
        ("count = true", "it: 'count' must be a whole number, not True."),
        ("on = 1", "it: 'on' must be true or false, not 1."),
        ("name = 1", "it: 'name' must be text, not 1."),
        ('kind = "z"', "it: 'kind' must be \"x\" or \"y\", not 'z'."),
        ("free = 1", "it: 'free' must be a table such as {width = 32}, not 1."),
        ("inner = 1", "it: 'inner' must be a section, not 1."),
        ("[inner]\nrate = nan", "it: 'inner.rate' must be a number from 0 to 1, not nan."),
        ("[inner]\nrate = 2.0", "it: 'inner.rate' must be a number from 0 to 1, not 2.0."),
        ('[inner]\nwords = "a"', "it: 'inner.words' must be a list, not 'a'."),
        ("[inner]\nwords = [1]", "it: 'inner.words', an item, must be text, not 1."),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("assignment", "made"),
    [
        ("count=7", Outer(count=7)),
        ("count = 7", Outer(count=7)),
        ("kind=y", Outer(kind="y")),
        ("name=5", Outer(name="5")),
        ("name='a b'", Outer(name="a b")),
        ("name=a=b", Outer(name="a=b")),
        ("on=true", Outer(on=True)),
        ("free.a=3", Outer(free={"a": 3})),
        ("inner.rate=1e-2", Outer(inner=Inner(0.01))),
        ("inner.words=x, y", Outer(inner=Inner(words=("x", "y")))),
        ('inner.words=["x"]', Outer(inner=Inner(words=("x",)))),
        ("inner.words=", Outer(inner=Inner(words=()))),
    ],
)
def test_assignments_are_read_by_the_type_of_their_key(assignment, made):
    table = {}
    override(Outer, table, assignment)
    assert from_table(Outer, table, "it") == made


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("count", "--set count: write it as KEY=VALUE, for example --set optim.lr=0.001."),
        ("inner.rte=1", "--set inner.rte=1: unknown key 'inner.rte'; did you mean 'inner.rate'?"),
        ("inner=1", "--set inner=1: 'inner' is a section; set one of its keys."),
        ("count.a=1", "--set count.a=1: unknown key 'count.a'; did you mean 'count'?"),
    ],
)
def test_an_assignment_that_cannot_be_is_refused(assignment, sentence):
    with pytest.raises(ConfigError) as caught:
        override(Outer, {}, assignment)
    assert str(caught.value).startswith(sentence)


def test_text_made_of_a_dataclass_reads_back_as_the_same():
    made = Outer(4, "y", 'quo"te\\ \x7f\n°', True, {"a b": 1}, Inner(1e-9, ("é", "")))
    assert read(to_toml(made)) == made
