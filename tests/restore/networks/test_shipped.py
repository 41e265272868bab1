"""Trained networks on disk."""

import pytest
import torch

from srq.bundle import write_bundle
from srq.errors import CheckpointError, ModelError
from srq.restore.networks import load, names, shipped
from srq.restore.networks.detector import Detector
from srq.restore.networks.direct import Direct
from srq.restore.networks.tone import Tone
from srq.restore.networks.triplet import Triplet
from srq.restore.networks.vae import Vae, VaeShape

NETWORKS = {
    "tone": lambda: Tone(8, 16),
    "detector": lambda: Detector((8, 16)),
    "direct": lambda: Direct((8, 16)),
    "mapping": Triplet,
    "vae-y": lambda: Vae(VaeShape(full=8)),
}


@pytest.mark.parametrize("stage", NETWORKS)
def test_a_network_comes_back_rounded_once(stage, tmp_path):
    network = NETWORKS[stage]()
    file = tmp_path / stage / shipped.WEIGHTS_FILE
    shipped.write(file, network, {"stage": stage, "network": network.config}, half=True)
    again = load(stage, tmp_path)
    assert not again.training
    for name, tensor in again.state_dict().items():
        assert torch.equal(tensor, network.state_dict()[name].half().float())


def test_what_ships_is_small_and_loads():
    total = sum(file.stat().st_size for file in shipped.FOLDER.glob("*"))
    assert total <= 6e6
    for stage in names():
        network = load(stage)
        assert not any(p.requires_grad for p in network.parameters())


def test_mistakes_are_one_sentence(tmp_path):
    with pytest.raises(ModelError, match="did you mean 'tone'"):
        load("tones")
    with pytest.raises(ModelError, match="holds no trained network of the stage 'tone'"):
        load("tone", tmp_path)
    other = tmp_path / "tone" / shipped.WEIGHTS_FILE
    write_bundle(other, {"a": torch.zeros(1)}, {"format": "other"})
    with pytest.raises(CheckpointError, match="no network of restoration"):
        load("tone", tmp_path)
    shipped.write(other, Direct((8, 8)), {"stage": "tone", "network": {"width": 8}})
    with pytest.raises(CheckpointError, match="does not fit"):
        load("tone", tmp_path)
