"""What a test needs and the machine lacks."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from srq.errors import MissingDependencyError


@contextmanager
def skipping() -> Iterator[None]:
    """What is missing skips the test with how to get it; under SRQ_REQUIRE_TOOLS=1 it fails."""
    try:
        yield
    except MissingDependencyError as error:
        if os.environ.get("SRQ_REQUIRE_TOOLS") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
