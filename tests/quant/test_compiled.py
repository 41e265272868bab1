"""The compiled step of a twin against its layers one by one, and against its integers."""

import numpy as np
import pytest
import torch

from srq.models import build
from srq.quant import Twin, compiled, fit, integers
from srq.train.objective import loss_of
from srq.train.teacher import Teacher
from tests.quant.networks import calibration, small_twin


def network(scale=2, wide=16, narrow=16, seed=1):
    torch.manual_seed(seed)
    return build("kim", scale=scale, wide=wide, narrow=narrow)


def twin_of(network, **widths):
    twin = Twin(network, **{"weight_bits": 5, "activation_bits": 6} | widths)
    fit(twin, calibration(scale=twin.scale))
    return twin


def pixels(*shape):
    return torch.randint(0, 256, shape, dtype=torch.uint8)


def step(take, twin, *batch):
    twin.zero_grad()
    value = take(twin, *batch)
    (2 * value).backward()
    return value.item(), [parameter.grad.clone() for parameter in twin.parameters()]


@pytest.mark.parametrize(
    ("scale", "wide", "narrow", "per_channel"),
    [(2, 32, 16, False), (3, 16, 32, True), (4, 16, 16, False)],
)
def test_rounded_sums_are_the_integers_exactly(scale, wide, narrow, per_channel):
    twin = twin_of(network(scale, wide, narrow), per_channel=per_channel)
    lr = pixels(3, 1, 9, 7)
    made = [integers(twin, picture[0])["hr"] for picture in lr.numpy()]
    hr = torch.from_numpy(np.stack(made).astype(np.uint8))
    twin.float()
    # A single integer off by one would leave a loss.
    assert compiled.loss_of(twin, lr, hr, "l1").item() == 0
    hr[0, 0, 0, 0] ^= 1
    assert compiled.loss_of(twin, lr, hr, "l1").item() == pytest.approx(1 / 255 / hr.numel())


@pytest.mark.parametrize("loss", ["l1", "l2", "charbonnier"])
@pytest.mark.parametrize("taught", [None, 0.3, 1.0])
def test_loss_and_gradients_are_those_of_the_layers(loss, taught):
    twin = twin_of(network())
    twin.train()
    teacher = None if taught is None else Teacher(network(wide=32, seed=2), taught)
    assert compiled.supports(twin, teacher)
    batch = pixels(3, 1, 7, 11), pixels(3, 1, 14, 22), loss, teacher
    quick, slow = step(compiled.loss_of, twin, *batch), step(loss_of, twin, *batch)
    assert quick[0] == pytest.approx(slow[0], rel=1e-5)
    for ours, theirs in zip(quick[1], slow[1], strict=True):
        assert (ours - theirs).abs().max() <= 1e-4 * theirs.abs().max()


def test_other_twins_take_the_layers_one_by_one():
    assert compiled.supports(Twin(network()))
    assert not compiled.supports(small_twin())
    assert not compiled.supports(Twin(network()).double())
    assert not compiled.supports(Twin(build("ecbsr", act="relu", blocks=1)))
    assert not compiled.supports(Twin(network()), Teacher(build("espcn"), 0.5))
