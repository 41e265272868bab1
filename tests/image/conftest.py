"""What the picture tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def srq_data() -> Path:
    """The folder of benchmark pictures; the test skips where there is none."""
    folder = Path(os.environ.get("SRQ_DATA", "../shared/data"))
    if not folder.is_dir():
        pytest.skip(f"no benchmark pictures at {folder}; set SRQ_DATA to their folder")
    return folder
