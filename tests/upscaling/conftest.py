"""What the upscaling tests share."""

import pytest

from srq import zoo
from srq.engines import open_engine
from srq.program import save
from tests.upscaling.sharpen_program import sharpen_program


@pytest.fixture(scope="session")
def engine():
    """The sharpening program on the reference."""
    return open_engine(sharpen_program(), "reference")


@pytest.fixture
def stocked_zoo(tmp_path_factory, monkeypatch):
    """A zoo that holds the sharpening program as kim-x2."""
    folder = tmp_path_factory.mktemp("zoo")
    save(sharpen_program(), folder / "kim-x2.srq")
    monkeypatch.setattr(zoo, "FOLDER", folder)
    return folder
