"""The small Programs that ship, in everything that they can become: the same bits."""

import pytest

from srq.verify.check import State
from tests.conformance.verified import SUBJECTS, of_the_zoo, verified
from tests.zoo_programs import SMALL

IN_RTL = ("kim-x2-8bit-fpga", "kim-x3")
"""A core takes a compiler most of a minute: ``benchmarks.studies.verified`` has the others."""


@pytest.mark.parametrize(
    ("name", "subject"),
    [(n, s) for n in SMALL for s in SUBJECTS if s != "rtl" or n in IN_RTL],
)
def test_all_agree_on_a_program_of_the_zoo(name, subject):
    program, expectations = of_the_zoo(name)
    outcome = verified(program, subject, expectations)
    assert outcome.state is State.EQUAL
    assert outcome.pictures == len(expectations.all)


@pytest.mark.parametrize("name", SMALL)
def test_the_pictures_visit_most_ends_of_formats(name):
    bounds = of_the_zoo(name)[1].bounds
    assert bounds.reached > 0.5 * bounds.possible
