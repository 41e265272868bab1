"""Probe commands for the page of commands, and small pictures to measure on."""

import pytest

from tests.cli import probe
from tests.evaluate.conftest import pictures

__all__ = ["pictures", "probes"]


@pytest.fixture
def probes(monkeypatch):
    """The command list replaced by the probe commands, for the page as well."""
    monkeypatch.setattr("srq.cli.lazy.COMMANDS", probe.COMMANDS)
    monkeypatch.setattr("scripts.tools.cli_reference.COMMANDS", probe.COMMANDS)
