"""What the detector sees beside luma."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from srq.restore.defects import probabilities_of
from srq.restore.networks.detector import RARE, Detector, top_hats


@pytest.mark.parametrize("size", [3, 5, 7])
def test_top_hats_are_those_of_morphology(size):
    plane = np.random.default_rng(0).random((30, 41)).astype(np.float32)
    light, dark = top_hats(torch.from_numpy(plane)[None, None], size)[0].numpy()
    around = {"size": (size, size), "mode": "reflect"}
    assert np.abs(light - ndimage.white_tophat(plane, **around)).max() < 1e-6
    assert np.abs(dark - ndimage.black_tophat(plane, **around)).max() < 1e-6


def test_what_is_thin_stands_out_and_an_edge_does_not():
    plane = torch.zeros(1, 1, 40, 40)
    plane[..., :20] = 0.3
    plane[..., 8:11] = 1.0
    light, dark = top_hats(plane, 5)[0]
    assert torch.allclose(light[:, 8:11], torch.tensor(0.7))
    assert not light[:, 11:].any()
    assert not dark.any()


def test_a_wide_crack_stands_out_at_a_quarter_of_the_size():
    luma = torch.full((1, 1, 96, 96), 0.5)
    luma[..., 38:58] = 0.9
    assert not top_hats(luma, 5)[..., 42:54].any()
    light, dark = top_hats(torch.nn.functional.avg_pool2d(luma, 4), 7)[0]
    assert torch.allclose(light[:, 10:14], torch.tensor(0.4))
    assert not dark.any()


def test_a_feature_that_is_off_still_learns():
    network = Detector((8, 16, 24))
    torch.nn.init.ones_(network.net.out.weight)
    coarse = network.net.up[1][0]
    torch.nn.init.constant_(coarse.bias, -1000)
    network(torch.rand(1, 3, 32, 32)).sum().backward()
    assert coarse.weight.grad.abs().amax((1, 2, 3)).min() > 0


def test_a_small_look_tells_the_larger_one(drawn):
    """Of what is seen at half the size half is believed, as long as nothing else is learned."""
    network = Detector((8, 16))
    assert torch.all(network.look(torch.rand(1, 3, 16, 16), torch.full((1, 1, 16, 16), 5.0)) == 1.0)
    assert torch.all(network.look(torch.rand(1, 3, 16, 16)) == RARE)
    drawn(network)
    picture = torch.rand(1, 3, 16, 16)
    told = [network.look(picture, torch.full((1, 1, 16, 16), value)) for value in (RARE, 5.0)]
    assert torch.equal(told[0], network.look(picture))
    assert not torch.equal(told[0], told[1])


@pytest.mark.parametrize("size", [(64, 96), (61, 90), (7, 3)])
def test_a_whole_picture_is_looked_at_as_a_crop_is(size, drawn):
    """At a size that is no multiple the borders differ, where what lies at them is repeated."""
    network = drawn(Detector((8, 16), scales=3))
    network.enough.fill_(-1)
    picture = np.random.default_rng(3).random((*size, 3)).astype(np.float32)
    found = probabilities_of(network, picture)
    assert found.shape == size
    height, width = (-(-side // 16) * 16 for side in size)
    padded = np.pad(picture, ((0, height - size[0]), (0, width - size[1]), (0, 0)), mode="edge")
    logits = network(torch.from_numpy(padded.transpose(2, 0, 1))[None].contiguous())
    want = torch.sigmoid(logits)[0, 0, : size[0], : size[1]].numpy()
    assert np.abs(found - want).mean() < (1e-7 if size == (height, width) else 0.01)


def test_one_size_is_a_plain_look(drawn):
    network = drawn(Detector((8, 16), scales=1))
    picture = torch.rand(1, 3, 32, 32)
    assert torch.equal(network(picture), network.look(picture))
