"""Expanded and collapsed must be the same network: compared in float64, kernel by kernel."""

import pytest
import torch
from torch import nn

from srq.errors import ModelError
from srq.models import build
from srq.models.expand import collapse, collapsed_state, expand, is_expanded
from srq.models.network import count_weights


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def trained_a_little(network):
    """One step with every parameter moved, so that no branch is still at its neutral start."""
    with torch.no_grad():
        for index, parameter in enumerate(network.parameters()):
            noise = torch.rand(parameter.shape, generator=generator(index), dtype=parameter.dtype)
            parameter += 0.1 * noise - 0.05
    return network


@pytest.fixture
def expanded():
    torch.manual_seed(1)
    return trained_a_little(expand(build("kim").double(), hidden=24, generator=generator()))


def luma(dtype=torch.float64):
    return torch.rand(2, 1, 9, 11, generator=generator(7), dtype=dtype)


def test_collapsing_changes_nothing_but_the_number_of_weights(expanded):
    before = expanded(luma())
    assert count_weights(expanded) > 5000
    collapse(expanded)
    assert count_weights(expanded) == 2560
    assert not is_expanded(expanded)
    assert torch.equal(expanded(luma()), before)


def test_the_collapsed_kernels_are_the_sums_that_the_docs_promise(expanded):
    parts = dict(expanded.named_parameters())
    root = "pointwise1.parametrizations.weight."
    dense = parts[root + "original"][:, :, 0, 0] + parts[root + "0.up"] @ parts[root + "0.down"]
    root = "depthwise1.parametrizations.weight."
    depthwise = (
        parts[root + "original"] * parts[root + "0.scale"]
        + parts[root + "0.branch"] * parts[root + "0.branch_scale"]
    )
    depthwise[..., 2] += parts[root + "0.identity"][..., 0]
    collapse(expanded)
    torch.testing.assert_close(expanded.pointwise1.weight[:, :, 0, 0], dense, atol=1e-15, rtol=0)
    torch.testing.assert_close(expanded.depthwise1.weight, depthwise, atol=1e-15, rtol=0)


def test_every_added_part_learns(expanded):
    expanded(luma()).square().mean().backward()
    still = [name for name, part in expanded.named_parameters() if not part.grad.abs().max() > 0]
    assert still == []


def test_the_state_of_an_expanded_network_loads_into_another(expanded):
    other = expand(build("kim").double(), hidden=24, generator=generator(5))
    assert not torch.equal(other(luma()), expanded(luma()))
    other.load_state_dict(expanded.state_dict())
    assert torch.equal(other(luma()), expanded(luma()))


def test_collapsed_state_is_the_state_after_collapsing(expanded):
    state = collapsed_state(expanded)
    assert is_expanded(expanded)
    collapse(expanded)
    assert state.keys() == expanded.state_dict().keys()
    assert all(torch.equal(state[key], value) for key, value in expanded.state_dict().items())
    build("kim").double().load_state_dict(state)


def test_the_seed_decides_the_added_weights():
    torch.manual_seed(3)
    first, second = build("kim"), build("kim")
    second.load_state_dict(first.state_dict())
    expand(first, hidden=4, generator=generator(9))
    expand(second, hidden=4, generator=generator(9))
    assert torch.equal(first(luma(torch.float32)), second(luma(torch.float32)))


def test_keep_leaves_the_function_as_it_was():
    torch.manual_seed(4)
    network = build("kim").double()
    before = network(luma())
    expand(network, generator=generator(), keep=True)
    torch.testing.assert_close(network(luma()), before, atol=1e-12, rtol=0)


def test_a_small_last_layer_gets_small_company():
    network = expand(build("kim"), generator=generator())
    parts = dict(network.named_parameters())
    strong = parts["pointwise3.parametrizations.weight.0.up"]
    small = parts["pointwise4.parametrizations.weight.0.up"]
    assert (small.std() / strong.std()).item() == pytest.approx(0.3, rel=0.25)


def test_kernels_stay_in_the_layout_of_the_network():
    network = build("kim")
    for weight in network.parameters():
        weight.data = weight.data.to(memory_format=torch.channels_last)
    before = {key: weight.stride() for key, weight in network.state_dict().items()}
    expand(network, generator=generator())
    assert {key: weight.stride() for key, weight in collapsed_state(network).items()} == before


def test_layers_that_no_form_fits_stay_as_they_are():
    grouped = nn.Conv2d(4, 8, 3, groups=2)
    even = nn.Conv2d(4, 4, (2, 2), groups=4)
    transposed = nn.ConvTranspose2d(4, 4, 3)
    assert not is_expanded(expand(nn.Sequential(grouped, even, transposed)))


def test_collapsing_an_ordinary_network_does_nothing():
    network = build("kim")
    state = {key: value.clone() for key, value in network.state_dict().items()}
    collapse(network)
    assert all(torch.equal(state[key], value) for key, value in network.state_dict().items())


def test_expanding_twice_is_refused():
    network = expand(build("kim"))
    with pytest.raises(ModelError, match="expanded already"):
        expand(network)


def test_a_hidden_width_of_zero_is_refused():
    with pytest.raises(ModelError, match="above 0, not 0"):
        expand(build("kim"), hidden=0)
