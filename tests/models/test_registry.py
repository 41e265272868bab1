"""The list of networks: every entry builds, its config builds it again, mistakes are sentences."""

import json

import pytest
import torch

from srq.errors import ModelError
from srq.models import NETWORKS, build

NAMES = list(NETWORKS)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", NAMES)
def test_every_network_keeps_the_common_contract(name, scale):
    network = build(name, scale=scale)
    assert network.scale == scale
    for height, width in [(1, 1), (6, 9)]:
        upscaled = network(torch.rand(2, 1, height, width))
        assert upscaled.shape == (2, 1, scale * height, scale * width)
        assert upscaled.dtype == torch.float32


@pytest.mark.parametrize("name", NAMES)
def test_a_config_written_as_json_builds_the_same_network(name):
    network = build(name, scale=3)
    again = build(network.name, **json.loads(json.dumps(network.config)))
    assert again.config == network.config
    again.load_state_dict(network.state_dict())
    luma = torch.rand(1, 1, 8, 8)
    assert torch.equal(again(luma), network(luma))


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(ModelError, match=r"^There is no network 'kimm'; did you mean 'kim'\?$"):
        build("kimm")


def test_a_name_like_no_other_is_answered_with_the_list():
    with pytest.raises(ModelError, match="choose one of .*kim"):
        build("zzz")


def test_a_misspelt_setting_is_answered_with_the_nearest():
    with pytest.raises(ModelError, match=r"'kim' has no setting 'wdie'; did you mean 'wide'\?$"):
        build("kim", wdie=8)


@pytest.mark.parametrize("scale", [0, 5, 2.0, "2", True, None])
def test_other_scales_are_refused(scale):
    with pytest.raises(ModelError, match="'scale' of kim must be 1, 2, 3 or 4, not"):
        build("kim", scale=scale)


@pytest.mark.parametrize("wide", [0, -1, 8.0, "8", True])
def test_widths_must_be_whole_numbers_above_zero(wide):
    with pytest.raises(ModelError, match="'wide' of kim must be a whole number above 0, not"):
        build("kim", wide=wide)
