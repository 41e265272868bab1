import json
import re

import pytest
import torch

from srq.bundle import write_bundle
from srq.errors import CheckpointError, StorageError
from srq.models import build
from srq.models.checkpoint import load_model, read_checkpoint, write_checkpoint
from srq.models.expand import collapsed_state, expand


@pytest.fixture
def network():
    torch.manual_seed(5)
    return build("kim", scale=2, wide=4, narrow=3)


def test_a_loaded_network_computes_what_the_written_one_did(tmp_path, network):
    expand(network, hidden=5)
    file = tmp_path / "model.safetensors"
    write_checkpoint(file, network, collapsed_state(network), {"seed": 7})
    loaded = load_model(file)
    for key, kernel in collapsed_state(network).items():
        assert torch.equal(loaded.state_dict()[key], kernel)
    # PyTorch may convolve a parameter and a computed kernel by paths that round differently.
    x = torch.rand(1, 1, 6, 9)
    torch.testing.assert_close(loaded(x), network(x))
    assert not loaded.training
    assert (loaded.name, loaded.config) == (network.name, network.config)
    assert read_checkpoint(file).notes["seed"] == 7


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "kin"}, "names a network that cannot be built: There is no network 'kin'"),
        ({"config": {"scale": 2, "deep": 1}}, "cannot be built: Network 'kim' has no setting"),
        ({"config": {"scale": 2, "wide": 8, "narrow": 3}}, "has (8, 1, 3, 3): it is of another"),
        ({"name": "ecbsr", "config": {"scale": 2}}, "it is of another network"),
    ],
)
def test_a_checkpoint_of_another_network_is_refused(tmp_path, network, change, sentence):
    file = tmp_path / "m.safetensors"
    write_bundle(
        file,
        network.state_dict(),
        {
            "format": "srq.checkpoint",
            "version": 1,
            "model": {"name": network.name, "config": network.config, **change},
        },
    )
    with pytest.raises(CheckpointError, match=re.escape(sentence)):
        load_model(file)


def test_a_tensor_too_many_and_one_too_few_are_refused(tmp_path, network):
    state = network.state_dict()
    file = tmp_path / "m.safetensors"
    write_checkpoint(file, network, {**state, "more": torch.zeros(1)}, {})
    with pytest.raises(CheckpointError, match="holds a tensor 'more' too many"):
        load_model(file)
    del state["head.weight"]
    write_checkpoint(file, network, state, {})
    with pytest.raises(CheckpointError, match=r"lacks the tensor 'head\.weight'"):
        load_model(file)


def test_another_format_and_a_later_version_are_refused(tmp_path):
    file = tmp_path / "m.safetensors"
    write_bundle(file, {}, {"format": "srq.program"})
    with pytest.raises(CheckpointError, match=r"its format is 'srq\.program'"):
        load_model(file)
    write_bundle(file, {}, {"format": "srq.checkpoint", "version": 99})
    with pytest.raises(CheckpointError, match=r"is a checkpoint of version 99, this srq reads"):
        load_model(file)


def test_what_is_absent_or_a_folder_is_said_to_be(tmp_path):
    with pytest.raises(StorageError, match="it does not exist"):
        load_model(tmp_path / "absent.safetensors")
    with pytest.raises(StorageError, match="it is a folder"):
        load_model(tmp_path)


def test_the_notes_are_plain_json_in_the_file_s_header(tmp_path, network):
    file = tmp_path / "m.safetensors"
    write_checkpoint(file, network, network.state_dict(), {"seed": 3})
    data = file.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert json.loads(header["__metadata__"]["srq"])["seed"] == 3
