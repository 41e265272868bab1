import pytest
import torch

from srq.models import build
from srq.train.narrowing import can_narrow, importance, narrowed


def crops(count=3):
    for step in range(count):
        generator = torch.Generator().manual_seed(step)
        lr = torch.randint(0, 256, (2, 1, 8, 9), dtype=torch.uint8, generator=generator)
        hr = torch.randint(0, 256, (2, 1, 16, 18), dtype=torch.uint8, generator=generator)
        yield lr, hr


def silenced(wide_kept, first_kept, second_kept):
    """A wide kim whose other channels answer nothing, or are heard by no one."""
    torch.manual_seed(0)
    network = build("kim", wide=8, narrow=6)
    with torch.no_grad():
        mute = [c for c in range(8) if c not in wide_kept]
        network.head.weight[mute] = 0
        network.pointwise2.weight[mute] = 0
        network.pointwise1.weight[[c for c in range(6) if c not in first_kept]] = 0
        network.depthwise4.weight[[c for c in range(6) if c not in second_kept]] = 0
    return network


def test_channels_without_effect_are_the_ones_that_go():
    source = silenced([1, 2, 5, 7], [0, 3], [4, 5])
    target = build("kim", wide=4, narrow=2)
    target.load_state_dict(narrowed(source, target, crops()))
    luma = torch.rand(1, 1, 12, 10)
    assert torch.allclose(target(luma), source(luma), atol=1e-6)


# The layers that a gain on a channel of each set scales.
GAINED = [("head", "depthwise3"), ("pointwise1",), ("pointwise3",)]


def test_the_ranking_is_the_slope_over_each_channels_gain():
    network = silenced(range(8), range(6), range(6))
    lr, hr = next(crops())
    scores = importance(network, [(lr, hr)])
    network.double()

    def loss(layers, channel, gain):
        copy = build("kim", wide=8, narrow=6).double()
        copy.load_state_dict(network.state_dict())
        with torch.no_grad():
            for layer in layers:
                getattr(copy, layer).weight[channel] *= gain
            return (copy(lr.double() / 255) - hr.double() / 255).square().mean().item()

    step = 1e-5
    for layers, of_set in zip(GAINED, scores, strict=True):
        for channel, score in enumerate(of_set):
            up, down = (loss(layers, channel, 1 + side * step) for side in (1, -1))
            slope = (up - down) / (2 * step)
            assert score.item() == pytest.approx(slope**2, rel=1e-2, abs=1e-10)


def test_only_a_wider_network_of_the_same_scale_can_be_narrowed():
    assert can_narrow(build("kim", wide=48), build("kim"))
    assert not can_narrow(build("kim"), build("kim"))
    assert not can_narrow(build("kim", wide=16, narrow=32), build("kim"))
    assert not can_narrow(build("kim", wide=48, scale=3), build("kim"))
