"""Peers' files are found by name."""

import pytest

from srq.errors import DataError
from srq.evaluate.peers import find_peer


def test_peers_are_found_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv("SRQ_PEERS", str(tmp_path))
    (tmp_path / "VDSR_official.npz").touch()
    assert find_peer("VDSR_official") == find_peer("VDSR_official.npz")
    with pytest.raises(DataError, match="called 'VDSR'; at hand are: VDSR_official"):
        find_peer("VDSR")


def test_a_folder_that_is_missing_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("SRQ_PEERS", str(tmp_path / "none"))
    with pytest.raises(DataError, match="set SRQ_PEERS to the folder"):
        find_peer("VDSR_official")
