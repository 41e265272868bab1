"""Weights on their way to the grid: what is settled stays, what is free moves."""

import pytest
import torch

from srq.quant import Twin, fit
from srq.quant.settling import Settling
from tests.quant.networks import OneConv, calibration, small_twin


def settling(**widths):
    twin = small_twin(**{"weight_bits": 4, "activation_bits": 8} | widths)
    fit(twin, calibration())
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.add_(torch.randn(parameter.shape) * parameter.abs().mean() / 4)
    return twin, Settling(twin)


def on_grid(conv):
    near = (conv.weight / conv.fixed.scale + 0.5).floor().clamp(-8, 7)
    return near * conv.fixed.scale == conv.weight


def settled_of(held):
    return [tensor for name, tensor in held.tensors().items() if name.startswith("settled")]


def move(twin, held):
    """A step that would move every weight."""
    twin.zero_grad()
    for parameter in twin.parameters():
        parameter.grad = torch.ones_like(parameter)
    held.take_gradients()
    torch.optim.SGD(held.trained, lr=0.01).step()
    held.give_back()


@pytest.mark.parametrize("per_channel", [False, True])
def test_a_share_of_every_layer_is_settled_and_stays(per_channel):
    twin, held = settling(per_channel=per_channel)
    held.settle(0.25)
    before = {name: twin.conv(name).weight.detach().clone() for name in twin.convs}
    settled = settled_of(held)
    move(twin, held)
    for still, (name, weight) in zip(settled, before.items(), strict=True):
        conv = twin.conv(name)
        assert int(still.sum()) == round(0.25 * weight.numel())
        assert bool(on_grid(conv)[still].all())
        assert torch.equal(conv.weight[still], weight[still])
        assert bool((conv.weight != weight)[~still & (weight > -6 * conv.fixed.scale)].all())


def test_those_the_loss_depends_on_most_are_settled_first():
    twin, held = settling()
    for parameter in twin.parameters():
        parameter.grad = torch.randn(parameter.shape)
    slopes = [twin.conv(name).weight.grad.abs().flatten() for name in twin.convs]
    held.take_gradients()
    held.settle(0.5)
    for slope, still in zip(slopes, settled_of(held), strict=True):
        assert slope[still.flatten()].min() > slope[~still.flatten()].max()


def test_in_the_end_all_are_on_the_grid_and_the_twin_rounds_again():
    twin, held = settling()
    held.settle(0.5)
    expected = held.rounded()
    held.finish()
    for name in twin.convs:
        conv = twin.conv(name)
        assert bool(on_grid(conv).all())
        assert torch.equal(conv.weight, expected[f"convs.{name}.weight"])
        assert conv.fixed.active


def test_one_rate_moves_all_layers_by_the_same_part_of_their_range():
    twin, held = settling()
    before = [p.detach().clone() for p in twin.parameters()]
    with torch.no_grad():
        for tensor in held.trained:
            tensor.mul_(0.5).add_(1 / 64)
    held.give_back()
    for name, old in zip(twin.convs, before, strict=True):
        conv = twin.conv(name)
        torch.testing.assert_close(conv.weight, old / 2 + conv.fixed.scale * 8 / 64)


def test_a_bias_is_trained_and_never_settled():
    twin = Twin(OneConv(bias=True), weight_bits=4)
    fit(twin, calibration())
    held = Settling(twin)
    held.settle(1.0)
    move(twin, held)
    weight, bias = settled_of(held)
    assert bool(weight.all())
    assert not bool(bias.any())
    assert bool((twin.conv("layer").bias != 0).all())


def test_it_goes_on_from_its_tensors():
    twin, held = settling()
    held.settle(0.3)
    move(twin, held)
    kept, state = held.tensors(), {k: t.clone() for k, t in twin.state_dict().items()}
    other = small_twin(weight_bits=4, activation_bits=8)
    for (name, to), of in zip(other.quantizers.items(), twin.quantizers.values(), strict=True):
        assert name
        to.set_fracs(of.fracs)
    again = Settling(other)
    other.load_state_dict(state)
    again.restore(kept)
    for pair in ((twin, held), (other, again)):
        pair[1].settle(0.6)
        move(*pair)
    for first, second in zip(twin.parameters(), other.parameters(), strict=True):
        assert torch.equal(first, second)
