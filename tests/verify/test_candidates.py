import numpy as np
import pytest

from srq.engines import ENGINES
from srq.errors import ConfigError
from srq.stimuli.pictures import Case
from srq.verify import SUBJECTS
from srq.verify.candidates import candidates, chosen
from srq.verify.check import Expectations, State, check
from srq.verify.engines import REFERENCE
from tests.verify.programs import tiny


def test_every_engine_and_every_subject_is_a_candidate_once():
    engines = [name for name in ENGINES if name != REFERENCE]
    found = candidates()
    assert len(found) == len(engines) + len(SUBJECTS)
    assert [*found][len(engines) :] == [*SUBJECTS]
    for name in engines:
        assert found[f"{name}-engine" if name in SUBJECTS else name].help == f"the engine {name}"


def test_each_says_what_it_is():
    for candidate in candidates().values():
        assert candidate.help
        assert candidate.within in (0, 1)


def test_names_choose_in_the_order_of_the_report():
    known = candidates()
    assert chosen(known, []) == list(known.values())
    last_first = [*known][::-1]
    assert [candidate.name for candidate in chosen(known, last_first)] == [*known]
    with pytest.raises(ConfigError) as error:
        chosen(known, ["tile"])
    assert str(error.value) == (
        "There is nothing to verify that is called 'tile'; did you mean 'tiles'?"
    )


def test_tiles_are_more_than_one():
    program = tiny()
    picture = np.random.default_rng(0).integers(0, 256, (61, 113)).astype(np.uint8)
    expected = Expectations(program, [Case("noise", picture)])
    (outcome,) = check(program, chosen(candidates(), ["tiles"]), expected)
    assert outcome.state is State.EQUAL
