import pytest

from tests.cli import probe


@pytest.fixture
def probes(monkeypatch):
    """The command list replaced by the probe commands."""
    monkeypatch.setattr("srq.cli.lazy.COMMANDS", probe.COMMANDS)
