"""What holds of every network: nothing is done before it is trained, and tiles are the whole."""

import pytest
import torch
from torch import nn

from srq.restore.networks.blocks import UNet
from srq.restore.networks.detector import Detector
from srq.restore.networks.direct import Direct
from srq.restore.networks.mapping import MappingShape
from srq.restore.networks.triplet import Triplet
from srq.restore.networks.vae import Vae, VaeShape

SIDE = 352


def pictures(side=SIDE, seed=0):
    """A picture, the same filled, and its mask."""
    chance = torch.Generator().manual_seed(seed)
    picture, filled = torch.rand(2, 1, 3, side, side, generator=chance)
    mask = (torch.rand(1, 1, side // 8, side // 8, generator=chance) < 0.2).float()
    return picture, filled, nn.functional.interpolate(mask, scale_factor=8.0, mode="nearest")


def test_an_untrained_triplet_gives_what_was_filled():
    network = Triplet()
    picture, filled, mask = pictures(64)
    memory = network.remember(picture, filled, mask)
    made = network(picture, filled, mask, memory)
    torch.testing.assert_close(made, filled, rtol=0, atol=1e-6)


def test_an_untrained_direct_network_trusts_the_mask():
    picture, filled, mask = pictures(64)
    made = Direct()(picture, filled, mask)
    share = (made - picture) / (filled - picture)
    assert ((share - mask).abs() < 0.06).float().mean() > 0.99
    same = Direct()(picture, picture, mask)
    torch.testing.assert_close(same, picture, rtol=0, atol=1e-6)


def test_an_untrained_detector_calls_nothing_damaged():
    picture, _, _ = pictures(64)
    assert (torch.sigmoid(Detector()(picture)) < 0.06).all()


def test_without_noise_the_shortcut_loses_nothing():
    picture, _, _ = pictures(64)
    made, latent = Vae()(picture)
    torch.testing.assert_close(made, picture, rtol=0, atol=1e-6)
    assert latent.shape == (1, 64, 16, 16)


def test_networks_have_no_normalisation():
    for network in (Detector(), Direct(), Triplet(), Vae()):
        names = {type(layer).__name__ for layer in network.modules()}
        assert not any("Norm" in name for name in names)


NETWORKS = {
    "detector": Detector,
    "direct": Direct,
    "triplet": lambda: Triplet(None, MappingShape(64, (72,))),
    "published": lambda: Triplet(
        VaeShape(8, 8, 8, 2, shortcut=False), MappingShape(8, (16, 24), (1, 1), beside=False)
    ),
}


def run(network, memory, picture, filled, mask):
    if isinstance(network, Detector):
        return network.look(picture, 3 * mask)
    return network(picture, filled, mask, memory)


@pytest.mark.parametrize("name", NETWORKS)
def test_reach_and_place(name, drawn):
    """Windows of one size agree in every bit from ``reach`` pixels inside their borders on,
    wherever they lie, and no pixel depends on one that is further away."""
    network = drawn(NETWORKS[name]())
    whole = pictures(SIDE + 64)
    memory = None
    if isinstance(network, Triplet):
        small = [nn.functional.avg_pool2d(part, 8) for part in whole]
        memory = network.remember(*small)
    reach = network.reach
    windows = {
        (top, left): run(
            network, memory, *(p[..., top : top + SIDE, left : left + SIDE] for p in whole)
        )
        for top, left in ((0, 0), (16, 32))
    }
    inside = windows[0, 0][..., 16 + reach : SIDE - reach, 32 + reach : SIDE - reach]
    same = windows[16, 32][..., reach : SIDE - reach - 16, reach : SIDE - reach - 32]
    assert inside.numel()
    assert torch.equal(inside, same)

    changed = [part[..., :SIDE, :SIDE].clone() for part in whole]
    changed[0][..., 0, :] += 1
    changed[1][..., 0, :] -= 1
    far = run(network, memory, *changed)[..., reach + 1 :, :]
    assert torch.equal(far, windows[0, 0][..., reach + 1 :, :])


def test_a_unet_sees_as_far_as_it_says(drawn):
    network = drawn(UNet(1, 1, (8, 8)))
    x = torch.rand(1, 1, 64, 64)
    y = x.clone()
    y[..., 32, 32] += 1e3
    rows = (network(y) != network(x)).any((0, 1, 3)).nonzero()[:, 0]
    seen = max(32 - int(rows.min()), int(rows.max()) - 32)
    assert seen <= network.reach <= 2 * seen
