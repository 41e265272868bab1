import numpy as np
import pytest
import torch

from srq.bundle import read_bundle, write_bundle
from srq.errors import CheckpointError
from srq.models.checkpoint import write_checkpoint
from srq.quant import choose_formats, integers
from srq.quant.twin_file import load_twin, save_twin
from tests.quant.networks import calibration, small_kim, small_twin


@pytest.mark.parametrize("per_channel", [False, True])
def test_it_comes_back_with_the_same_integers(tmp_path, per_channel):
    twin = small_twin(weight_bits=7, activation_bits=9, per_channel=per_channel)
    choose_formats(twin, calibration().pictures)
    save_twin(tmp_path / "twin.safetensors", twin, {"program": "abc"})
    found = load_twin(tmp_path / "twin.safetensors")
    assert (found.weight_bits, found.activation_bits, found.config) == (7, 9, twin.config)
    picture = np.random.default_rng(0).integers(0, 256, (9, 12), dtype=np.uint8)
    expected = integers(twin, picture)
    for name, tensor in integers(found, picture).items():
        np.testing.assert_array_equal(tensor, expected[name])


def test_what_is_no_twin_is_refused(tmp_path):
    network = small_kim()
    write_checkpoint(tmp_path / "float.safetensors", network, network.state_dict(), {})
    with pytest.raises(CheckpointError, match="holds no quantized twin"):
        load_twin(tmp_path / "float.safetensors")


@pytest.mark.parametrize("key", ["model", "bits", "fracs"])
def test_a_twin_that_cannot_be_made_is_refused(tmp_path, key):
    path = tmp_path / "twin.safetensors"
    save_twin(path, small_twin(), {})
    tensors, notes = read_bundle(path)
    write_bundle(path, tensors, {**notes, key: {"name": "none", "config": {}}})
    with pytest.raises(CheckpointError, match="describes a twin that cannot be made"):
        load_twin(path)


def test_tensors_of_another_network_are_refused(tmp_path):
    path = tmp_path / "twin.safetensors"
    save_twin(path, small_twin(), {})
    tensors, notes = read_bundle(path)
    write_bundle(path, {**tensors, "convs.head.weight": torch.zeros(1)}, notes)
    with pytest.raises(CheckpointError, match=r"holds 'convs.head.weight' of shape \(1,\)"):
        load_twin(path)
