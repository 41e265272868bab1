"""Peers' files: recognised by their arrays, refused when they are something else."""

import numpy as np
import pytest
import torch

from srq.errors import CheckpointError, StorageError
from srq.models import build
from srq.models.peer_weights import load_peer


def public_names(network):
    """The arrays of a network as the peers' files name them."""
    arrays = [parameter.detach().numpy() for parameter in network.parameters()]
    kinds = {"vdsr": ("weight", "bias"), "espcn": ("weight", "bias")}
    parts = kinds.get(network.name, ("weight", "bias", "slope"))
    names = []
    for index in range(len(arrays)):
        layer, part = divmod(index, len(parts))
        if network.name == "vdsr":
            names.append(f"conv{layer}.{parts[part]}")
        elif parts[part] == "slope":
            names.append(f"net.{2 * layer + 1}.weight")
        else:
            names.append(f"net.{2 * layer}.{parts[part]}")
    return dict(zip(names, arrays, strict=True))


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("vdsr", {"depth": 4, "width": 6}),
        ("fsrcnn", {"width": 9, "shrunk": 3, "mappings": 2, "shared_slope": True}),
        ("espcn", {"features": 5, "mapped": 7, "act": "tanh", "squash": True}),
    ],
)
def test_a_network_comes_back_with_its_settings_and_weights(name, config, tmp_path):
    torch.manual_seed(0)
    network = build(name, **config)
    np.savez(tmp_path / "peer.npz", **public_names(network))
    loaded = load_peer(tmp_path / "peer.npz")
    assert (loaded.name, loaded.config) == (network.name, network.config)
    luma = torch.rand(1, 1, 9, 9)
    assert torch.equal(loaded(luma), network(luma))


def test_arrays_of_another_shape_are_refused(tmp_path):
    arrays = public_names(build("vdsr", depth=3, width=4))
    arrays["conv1.weight"] = np.zeros((4, 4, 5, 5), np.float32)
    np.savez(tmp_path / "peer.npz", **arrays)
    with pytest.raises(CheckpointError, match="do not have the shapes of vdsr"):
        load_peer(tmp_path / "peer.npz")


def test_unknown_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "peer.npz", what=np.zeros(3))
    with pytest.raises(CheckpointError, match="holds no network known as a peer"):
        load_peer(tmp_path / "peer.npz")


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04 cut short"])
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "peer.npz"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="peer.npz is damaged"):
        load_peer(path)


def test_pickles_are_not_opened(tmp_path):
    np.savez(tmp_path / "peer.npz", **{"conv0.weight": np.array([{}], dtype=object)})
    with pytest.raises(CheckpointError):
        load_peer(tmp_path / "peer.npz")


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(StorageError, match="Cannot read"):
        load_peer(tmp_path / "peer.npz")
