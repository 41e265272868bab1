"""Which networks a restoration uses."""

import numpy as np
import pytest
import torch

import srq
from srq.errors import ModelError
from srq.restore import networks
from srq.restore.networks import shipped
from srq.restore.networks.detector import Detector
from srq.restore.networks.direct import Direct
from srq.restore.networks.triplet import Triplet
from srq.restore.stages import opened


def put(run, stage, network):
    notes = {"stage": stage, "network": network.config}
    shipped.write(run / stage / shipped.WEIGHTS_FILE, network, notes)
    return network


def test_those_that_ship():
    ours = opened()
    for stage, network in (("tone", ours.tone), ("detector", ours.detector)):
        assert (network is not None) == (stage in networks.names())
    assert isinstance(ours.translation, Direct)


def test_those_of_a_run_go_before_those_that_ship(tmp_path):
    detector = put(tmp_path, "detector", Detector((8, 16)))
    own = opened(tmp_path)
    assert own.detector.config == detector.config
    assert torch.equal(own.tone.members[0].needed_bias, opened().tone.members[0].needed_bias)
    put(tmp_path, "direct", Direct((8, 16)))
    assert isinstance(opened(tmp_path).translation, Direct)
    put(tmp_path, "mapping", Triplet())
    assert isinstance(opened(tmp_path).translation, Triplet)


def test_a_folder_without_any_is_refused(tmp_path):
    with pytest.raises(ModelError, match="holds no network that restores"):
        opened(tmp_path / "nowhere")


def test_the_door_takes_a_run(tmp_path):
    direct = Direct((8, 16))
    torch.nn.init.constant_(direct.net.out.bias, 2.0)  # a tenth of it is added
    put(tmp_path, "direct", direct)
    photo = np.full((32, 32), 100, np.uint8)
    made = srq.restore(photo, networks=tmp_path, tone="keep", only="noise")
    assert np.array_equal(made, np.full_like(photo, 151))
