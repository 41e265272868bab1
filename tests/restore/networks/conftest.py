"""Networks whose zeros are drawn, so that every layer shows."""

import pytest


@pytest.fixture
def drawn():
    """``drawn(network)``: the network in evaluation mode, layers that begin at zero drawn."""
    import torch

    def draw(network):
        torch.manual_seed(4)
        with torch.no_grad():
            for parameter in network.parameters():
                if not parameter.any():
                    parameter.normal_(0, 0.05)
        return network.eval().requires_grad_(False)

    return draw
