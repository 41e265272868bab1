"""What the tests of videos share."""

import pytest

from srq.engines import open_engine
from tests.upscaling.sharpen_program import sharpen_program


@pytest.fixture(scope="session")
def engine():
    """The sharpening program on the reference."""
    return open_engine(sharpen_program(), "reference")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
