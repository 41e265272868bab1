"""Weights on their way to the grid: what is frozen stays, what is free moves."""

import pytest
import torch

from srq.quant import Twin, fit
from srq.quant.freezing import WeightFreezing
from tests.quant.networks import OneConv, calibration, small_twin


def freezing(**widths):
    twin = small_twin(**{"weight_bits": 4, "activation_bits": 8} | widths)
    fit(twin, calibration())
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.add_(torch.randn(parameter.shape) * parameter.abs().mean() / 4)
    return twin, WeightFreezing(twin)


def on_grid(conv):
    near = (conv.weight / conv.fixed.scale + 0.5).floor().clamp(-8, 7)
    return near * conv.fixed.scale == conv.weight


def frozen_of(weights):
    return [tensor for name, tensor in weights.tensors().items() if name.startswith("settled")]


def move(twin, weights):
    """A step that would move every weight."""
    twin.zero_grad()
    for parameter in twin.parameters():
        parameter.grad = torch.ones_like(parameter)
    weights.take_gradients()
    torch.optim.SGD(weights.trained, lr=0.01).step()
    weights.write_back()


@pytest.mark.parametrize("per_channel", [False, True])
def test_a_share_of_every_layer_is_frozen_and_stays(per_channel):
    twin, weights = freezing(per_channel=per_channel)
    weights.freeze(0.25)
    before = {name: twin.conv(name).weight.detach().clone() for name in twin.convs}
    frozen = frozen_of(weights)
    move(twin, weights)
    for still, (name, weight) in zip(frozen, before.items(), strict=True):
        conv = twin.conv(name)
        assert int(still.sum()) == round(0.25 * weight.numel())
        assert bool(on_grid(conv)[still].all())
        assert torch.equal(conv.weight[still], weight[still])
        assert bool((conv.weight != weight)[~still & (weight > -6 * conv.fixed.scale)].all())


def test_those_the_loss_depends_on_most_are_frozen_first():
    twin, weights = freezing()
    for parameter in twin.parameters():
        parameter.grad = torch.randn(parameter.shape)
    slopes = [twin.conv(name).weight.grad.abs().flatten() for name in twin.convs]
    weights.take_gradients()
    weights.freeze(0.5)
    for slope, still in zip(slopes, frozen_of(weights), strict=True):
        assert slope[still.flatten()].min() > slope[~still.flatten()].max()


def test_in_the_end_all_are_on_the_grid_and_the_twin_rounds_again():
    twin, weights = freezing()
    weights.freeze(0.5)
    expected = weights.rounded()
    weights.finish()
    for name in twin.convs:
        conv = twin.conv(name)
        assert bool(on_grid(conv).all())
        assert torch.equal(conv.weight, expected[f"convs.{name}.weight"])
        assert conv.fixed.active


def test_one_rate_moves_all_layers_by_the_same_part_of_their_range():
    twin, weights = freezing()
    before = [p.detach().clone() for p in twin.parameters()]
    with torch.no_grad():
        for tensor in weights.trained:
            tensor.mul_(0.5).add_(1 / 64)
    weights.write_back()
    for name, old in zip(twin.convs, before, strict=True):
        conv = twin.conv(name)
        torch.testing.assert_close(conv.weight, old / 2 + conv.fixed.scale * 8 / 64)


def test_a_bias_is_trained_and_never_frozen():
    twin = Twin(OneConv(bias=True), weight_bits=4)
    fit(twin, calibration())
    weights = WeightFreezing(twin)
    weights.freeze(1.0)
    move(twin, weights)
    weight, bias = frozen_of(weights)
    assert bool(weight.all())
    assert not bool(bias.any())
    assert bool((twin.conv("layer").bias != 0).all())


def test_it_goes_on_from_its_tensors():
    twin, weights = freezing()
    weights.freeze(0.3)
    move(twin, weights)
    kept, state = weights.tensors(), {k: t.clone() for k, t in twin.state_dict().items()}
    other = small_twin(weight_bits=4, activation_bits=8)
    for (name, to), of in zip(other.quantizers.items(), twin.quantizers.values(), strict=True):
        assert name
        to.set_fracs(of.fracs)
    again = WeightFreezing(other)
    other.load_state_dict(state)
    again.restore(kept)
    for pair in ((twin, weights), (other, again)):
        pair[1].freeze(0.6)
        move(*pair)
    for first, second in zip(twin.parameters(), other.parameters(), strict=True):
        assert torch.equal(first, second)
