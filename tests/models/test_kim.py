"""The paper's network: its weights, its arithmetic written a second way, its field of view."""

import numpy as np
import pytest
import torch
from scipy.signal import correlate
from torch import nn

from srq.models import build
from srq.models.network import count_weights

PAPER_WEIGHTS = [288, 160, 512, 80, 512, 288, 512, 144, 64]
"""Layer by layer, in the order of the data path; they add up to the paper's 2.56K."""


def test_the_layers_hold_the_papers_weights_in_the_order_of_the_data_path():
    assert [parameter.numel() for parameter in build("kim").parameters()] == PAPER_WEIGHTS
    assert sum(PAPER_WEIGHTS) == 2560


@pytest.mark.parametrize(("scale", "last"), [(2, 64), (3, 144), (4, 256)])
def test_the_scale_changes_only_the_last_layer(scale, last):
    counts = [parameter.numel() for parameter in build("kim", scale=scale).parameters()]
    assert counts == [*PAPER_WEIGHTS[:-1], last]


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_it_computes_what_the_paper_draws(scale):
    torch.manual_seed(scale)
    network = build("kim", scale=scale).double()
    luma = np.random.default_rng(scale).random((9, 7))
    given = network(torch.from_numpy(luma)[None, None])[0, 0].detach().numpy()
    kernels = [parameter.detach().numpy() for parameter in network.parameters()]
    np.testing.assert_allclose(given, drawn(luma, kernels, scale), atol=1e-13)


def drawn(luma, kernels, scale):
    """Fig. 1 with scipy's correlation instead of torch's."""
    head, dw1, pw1, dw2, pw2, dw3, pw3, dw4, pw4 = kernels

    def depthwise(planes, kernel):
        pairs = zip(planes, kernel[:, 0], strict=True)
        return np.stack([correlate(plane, taps, mode="same") for plane, taps in pairs])

    def pointwise(planes, kernel):
        return np.einsum("oi,ihw->ohw", kernel[:, :, 0, 0], planes)

    first = np.stack([correlate(luma, taps, mode="same") for taps in head[:, 0]]).clip(0)
    x = pointwise(depthwise(first, dw1), pw1).clip(0)
    x = (pointwise(depthwise(x, dw2), pw2) + first).clip(0)
    x = pointwise(depthwise(x, dw3), pw3).clip(0)
    x = pointwise(depthwise(x, dw4), pw4)
    height, width = luma.shape
    fine = np.empty((height * scale, width * scale))
    for row in range(scale):
        for column in range(scale):
            fine[row::scale, column::scale] = x[row * scale + column] + luma
    return fine


def test_fifteen_columns_by_seven_rows_reach_one_output():
    network = build("kim").double()
    for parameter in network.parameters():
        nn.init.ones_(parameter)
    luma = torch.ones(1, 1, 21, 31, dtype=torch.float64, requires_grad=True)
    (reached,) = torch.autograd.grad(network(luma)[0, 0, 20, 30], luma)
    rows, columns = reached[0, 0].nonzero(as_tuple=True)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (7, 13, 8, 22)


def test_width_can_be_set():
    network = build("kim", wide=8, narrow=4)
    assert network.config == {"scale": 2, "wide": 8, "narrow": 4}
    assert count_weights(network) == 72 + 40 + 32 + 20 + 32 + 72 + 32 + 36 + 16


def test_training_starts_near_the_upsampled_input():
    torch.manual_seed(0)
    network = build("kim")
    luma = torch.rand(1, 1, 16, 16)
    nearest = luma.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert 0 < (network(luma) - nearest).abs().mean() < 0.2
    bounds = [parameter.abs().max().item() for parameter in network.parameters()]
    assert bounds[1] == pytest.approx((3 / 5) ** 0.5, rel=0.03)
    assert bounds[-1] == pytest.approx(0.3 * (3 / 16) ** 0.5, rel=0.1)


def test_no_channel_of_the_head_is_born_dead():
    for seed in range(5):
        torch.manual_seed(seed)
        network = build("kim")
        luma = torch.rand(1, 1, 32, 32)
        active = (network.head(luma) > 0).double().mean(dim=(0, 2, 3))
        assert active.min() > 0.2
        assert network.head.weight.mean(dim=(1, 2, 3)).abs().max() < 1e-7


def test_it_can_be_captured_as_a_graph():
    graph = torch.fx.symbolic_trace(build("kim")).graph
    targets = [node.target for node in graph.nodes if node.op == "call_module"]
    assert targets == [name for name, _ in build("kim").named_children()]
