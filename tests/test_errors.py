import inspect

import pytest

from srq import errors

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_caught_as_the_users_mistake(kind):
    with pytest.raises(errors.SrqError, match=r"^Wanted a, got b; do c\.$"):
        raise kind("Wanted a, got b; do c.")


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_says_what_it_stands_for(kind):
    assert kind.__doc__
