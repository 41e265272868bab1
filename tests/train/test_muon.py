"""Muon: its orthogonal steps, its Adam, and that its state is all it needs."""

import copy

import pytest
import torch
from torch import nn, optim

from srq.train.muon import Muon, is_matrix, orthogonal


@pytest.mark.parametrize("shape", [(8, 8), (16, 144), (40, 9)])
def test_a_step_goes_equally_far_in_all_directions(shape):
    matrices = torch.randn(3, *shape, generator=torch.Generator().manual_seed(1))
    values = torch.linalg.svdvals(orthogonal(matrices))
    assert values.shape == (3, min(shape))
    assert values.min() > 0.5
    assert values.max() < 1.5


def test_only_dense_kernels_are_matrices():
    assert is_matrix(nn.Conv2d(16, 8, 3).weight)
    assert not is_matrix(nn.Conv2d(1, 16, 3).weight)
    assert not is_matrix(nn.Conv2d(16, 4, 3).weight)
    assert not is_matrix(nn.Conv2d(16, 16, 3, groups=16).weight)
    assert not is_matrix(nn.Conv2d(16, 8, 3).bias)


def test_all_else_takes_the_steps_of_adam():
    mine, theirs = (nn.Parameter(torch.arange(1.0, 5.0)) for _ in range(2))
    muon = Muon([mine], 0.01, (0.9, 0.99))
    adam = optim.Adam([theirs], 0.01, (0.9, 0.99))
    for _ in range(5):
        for parameter, optimizer in ((mine, muon), (theirs, adam)):
            optimizer.zero_grad()
            parameter.square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(mine, theirs)


def test_it_minimises_where_kernels_depend_on_each_other():
    torch.manual_seed(0)
    wanted = nn.Sequential(nn.Conv2d(2, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))
    network = nn.Sequential(nn.Conv2d(2, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))
    optimizer = Muon(network.parameters(), 3e-3, (0.9, 0.99))
    losses = []
    for _ in range(300):
        x = torch.randn(4, 2, 9, 9)
        loss = (network(x) - wanted(x).detach()).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]


def test_its_state_restores_the_next_step_to_the_bit():
    torch.manual_seed(0)
    network = nn.Conv2d(4, 8, 3)
    optimizer = Muon(network.parameters(), 1e-2, (0.9, 0.99))
    x = torch.randn(2, 4, 8, 8)

    def step(network, optimizer):
        optimizer.zero_grad()
        network(x).square().mean().backward()
        optimizer.step()
        return [p.detach().clone() for p in network.parameters()]

    step(network, optimizer)
    twin = copy.deepcopy(network)
    other = Muon(twin.parameters(), 1e-2, (0.9, 0.99))
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for mine, theirs in zip(step(network, optimizer), step(twin, other), strict=True):
        assert torch.equal(mine, theirs)
