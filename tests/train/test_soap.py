import copy

import torch
from torch import nn

from srq.train.soap import Soap


def valley(seed=0, count=12):
    """A quadratic bowl whose axes lie askew and whose curvatures span four decades."""
    generator = torch.Generator().manual_seed(seed)
    axes = torch.linalg.qr(torch.randn(count, count, generator=generator)).Q
    return axes @ torch.diag(torch.logspace(0, 4, count)) @ axes.T


def descend(optimizer, weight, curvature, steps, seed=1):
    generator = torch.Generator().manual_seed(seed)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 0.03 * (1 - step / steps)
        noise = torch.randn(weight.shape, generator=generator)
        weight.grad = curvature @ weight.detach() + 0.01 * curvature @ noise
        optimizer.step()


def height(weight, curvature):
    return float(weight @ curvature @ weight)


def test_it_descends_a_skewed_valley_that_adam_is_slow_in():
    curvature = valley()
    ours, theirs = nn.Parameter(torch.ones(12)), nn.Parameter(torch.ones(12))
    descend(Soap([ours], 0.03, (0.9, 0.99)), ours, curvature, 600)
    descend(torch.optim.Adam([theirs], 0.03, (0.9, 0.99)), theirs, curvature, 600)
    with torch.no_grad():
        assert height(ours, curvature) < 0.2 * height(theirs, curvature)


def test_a_tensor_too_large_for_a_basis_takes_adams_steps():
    torch.manual_seed(0)
    ours = nn.Parameter(torch.randn(2049))
    theirs = nn.Parameter(ours.detach().clone())
    soap, adam = Soap([ours], 0.01, (0.9, 0.99)), torch.optim.Adam([theirs], 0.01, (0.9, 0.99))
    for _ in range(30):
        ours.grad = torch.randn(2049)
        theirs.grad = ours.grad.clone()
        soap.step()
        adam.step()
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_its_state_restores_the_next_steps_to_the_bit():
    torch.manual_seed(0)
    curvature = valley()
    weight = nn.Parameter(torch.ones(12))
    optimizer = Soap([weight], 0.03, (0.9, 0.99))
    descend(optimizer, weight, curvature, 73)  # between two gatherings and two turns
    copied = nn.Parameter(weight.detach().clone())
    second = Soap([copied], 0.03, (0.9, 0.99))
    second.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    descend(optimizer, weight, curvature, 130, seed=5)
    descend(second, copied, curvature, 130, seed=5)
    assert torch.equal(weight, copied)


def test_its_state_is_tensors_alone():
    weight = nn.Parameter(torch.ones(3))
    optimizer = Soap([weight], 0.03, (0.9, 0.99))
    weight.grad = torch.ones(3)
    optimizer.step()
    assert all(isinstance(value, torch.Tensor) for value in optimizer.state[weight].values())


def test_its_steps_are_the_same_on_any_number_of_threads():
    def moved(threads):
        weight = nn.Parameter(torch.ones(300))
        optimizer = Soap([weight], 0.03, (0.9, 0.99))
        generator = torch.Generator().manual_seed(3)
        torch.set_num_threads(threads)
        for _ in range(60):
            weight.grad = torch.randn(300, generator=generator)
            optimizer.step()
        assert torch.get_num_threads() == threads
        return weight

    before = torch.get_num_threads()
    try:
        assert torch.equal(moved(1), moved(2))
    finally:
        torch.set_num_threads(before)
