"""The table of layers and sizes in Wan et al. 2020, at its width: ours is the same network."""

import pytest
import torch
from torch import nn

from srq.restore.networks.attention import PartialNonLocal
from srq.restore.networks.blocks import ResBlock
from srq.restore.networks.mapping import PUBLISHED as MAPPING
from srq.restore.networks.mapping import Mapping
from srq.restore.networks.vae import PUBLISHED as VAE
from srq.restore.networks.vae import Vae

ENCODER = [
    ("Conv", 7, 1, (64, 256, 256)),
    ("Conv", 4, 2, (64, 128, 128)),
    ("Conv", 4, 2, (64, 64, 64)),
    *[("ResBlock", 3, 1, (64, 64, 64))] * 4,
]
GENERATOR = [
    *[("ResBlock", 3, 1, (64, 64, 64))] * 4,
    ("Deconv", 4, 2, (64, 128, 128)),
    ("Deconv", 4, 2, (64, 256, 256)),
    ("Conv", 7, 1, (3, 256, 256)),
]
TRANSLATION = [
    ("Conv", 3, 1, (128, 64, 64)),
    ("Conv", 3, 1, (256, 64, 64)),
    ("Conv", 3, 1, (512, 64, 64)),
    ("Partial Non-local", 1, 1, (512, 64, 64)),
    *[("ResBlock", 3, 1, (512, 64, 64))] * 8,
    ("Conv", 3, 1, (256, 64, 64)),
    ("Conv", 3, 1, (128, 64, 64)),
    ("Conv", 3, 1, (64, 64, 64)),
]


@pytest.fixture(autouse=True)
def no_memory():
    """Shapes need no numbers."""
    with torch.device("meta"):
        yield


def table(network, run):
    """The layers that ``run`` passes through, as the paper's table has them."""
    rows = []

    def note(layer, inputs, output):
        kernel = layer
        if isinstance(layer, ResBlock):
            kind, kernel = "ResBlock", layer.first
        elif isinstance(layer, PartialNonLocal):
            kind, kernel = "Partial Non-local", layer.query
        else:
            kind = "Deconv" if isinstance(layer, nn.ConvTranspose2d) else "Conv"
        rows.append((kind, kernel.kernel_size[0], kernel.stride[0], tuple(output.shape[1:])))

    parts = [m for m in network.modules() if isinstance(m, ResBlock | PartialNonLocal)]
    inside = {child for part in parts for child in part.modules() if child is not part}
    for layer in network.modules():
        wanted = isinstance(layer, ResBlock | PartialNonLocal | nn.Conv2d | nn.ConvTranspose2d)
        if wanted and layer not in inside:
            layer.register_forward_hook(note)
    run()
    return rows


def test_the_autoencoder_is_that_of_the_table():
    vae = Vae(VAE)
    picture = torch.empty(1, 3, 256, 256)
    assert table(vae.encoder, lambda: vae.encoder(picture)) == ENCODER
    latent = torch.empty(1, 64, 64, 64)
    assert table(vae.generator, lambda: vae.generator(latent)) == GENERATOR


def test_the_mapping_is_that_of_the_table():
    mapping = Mapping(MAPPING)
    layers = [layer for layer in mapping.modules() if isinstance(layer, ResBlock)]
    assert len(layers) == 8
    z, mask = torch.empty(1, 64, 64, 64), torch.empty(1, 1, 64, 64)
    memory = mapping.remember(z, z, mask)
    # What the attention answers depends on values, so its place is filled by its input here.
    mapping.attend.forward = lambda value, mask, memory: value
    assert table(mapping, lambda: mapping(z, z, mask, memory)) == TRANSLATION


def test_the_sizes_are_those_of_the_table():
    """0.44 million each, as counted of the authors' own code; the mapping follows its table."""
    vae = Vae(VAE)
    count = lambda network: sum(p.numel() for p in network.parameters())  # noqa: E731
    assert round(count(vae.encoder) / 1e6, 2) == round(count(vae.generator) / 1e6, 2) == 0.44
    kernels = [64 * 128, 128 * 256, 256 * 512, *[512 * 512] * 16, 512 * 256, 256 * 128, 128 * 64]
    biases = [128, 256, 512, *[512] * 16, 256, 128, 64]
    attention = 4 * (512 * 512 + 512)
    assert count(Mapping(MAPPING)) == 9 * sum(kernels) + sum(biases) + attention
