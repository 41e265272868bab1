"""Any network of the layers that integers know becomes a Program: no base class, no registry."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srq.engines import open_engine
from srq.errors import ModelError
from srq.export import export
from srq.image.io import Picture, write
from srq.lower import lower
from srq.models.capture import LayerKind, capture
from srq.program.reference import Reference
from srq.quant import Twin, integers, quantize
from srq.quant.formats import in_floats
from srq.quant.twin_file import save_twin
from tests.quant.networks import calibration


class Plain(nn.Module):
    """Groups, biases, batch normalization, both slopes, sums, an upscaled input."""

    def __init__(self, scale=2):
        super().__init__()
        self.head = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.PReLU(8))
        self.deep = nn.Conv2d(8, 8, (1, 5), padding=(0, 2), groups=8, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.grouped = nn.Conv2d(8, 8, 3, padding="same", groups=2)
        self.leaky = nn.LeakyReLU(0.1)
        self.drop = nn.Dropout2d()
        self.tail = nn.Conv2d(8, scale**2, 3, padding=1)
        self.shuffle = nn.PixelShuffle(scale) if scale > 1 else nn.Identity()
        self.nearest = nn.Upsample(scale_factor=scale) if scale > 1 else nn.Identity()

    def forward(self, x):
        first = self.head(x)
        y = self.norm(self.deep(first) + first)
        y = self.drop(self.leaky(self.grouped(F.relu(y)))) + first
        return torch.clamp(self.shuffle(self.tail(y)) + self.nearest(x), 0, 1)


class Residual(nn.Module):
    """A plain 3x3 stack of 32 channels with residual sums."""

    def __init__(self, scale, blocks=5):
        super().__init__()
        self.scale_factor = scale
        self.head = nn.Conv2d(1, 32, 3, padding=1)
        self.body = nn.ModuleList(nn.Conv2d(32, 32, 3, padding=1) for _ in range(2 * blocks))
        self.tail = nn.Conv2d(32, scale**2, 3, padding=1)

    def forward(self, x):
        y = F.relu(self.head(x))
        for first, second in zip(self.body[::2], self.body[1::2], strict=True):
            y = F.relu(second(F.relu(first(y))) + y)
        y = self.tail(y)
        if self.scale_factor == 1:
            return y + x
        return F.pixel_shuffle(y, self.scale_factor) + F.interpolate(
            x, scale_factor=self.scale_factor
        )


def trained(network, seed=0):
    """As if trained: weights and statistics of no special value, in evaluation mode."""
    generator = torch.Generator().manual_seed(seed)

    def drawn(tensor, low, high):
        return tensor.data.uniform_(low, high, generator=generator)

    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            bound = (3 / (module.in_channels // module.groups * module.kernel_size[1])) ** 0.5 / 3
            drawn(module.weight, -bound, bound)
            if module.bias is not None:
                drawn(module.bias, -0.1, 0.1)
        elif isinstance(module, nn.BatchNorm2d):
            drawn(module.weight, 0.5, 1.5)
            drawn(module.bias, -0.1, 0.1)
            drawn(module.running_mean, -0.1, 0.1)
            drawn(module.running_var, 0.2, 2)
        elif isinstance(module, nn.PReLU):
            drawn(module.weight, -0.3, 0.5)
    return network.eval()


def luma(seed=0, shape=(13, 17)):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def assert_same_integers(result):
    """The twin in float64, the reference and the native engine give the same integers."""
    program = lower(result.twin, name="plain", provenance=result.provenance)
    picture = luma()
    expected = Reference(program)(picture, trace=True)
    for name, tensor in integers(result.twin, picture).items():
        np.testing.assert_array_equal(tensor, expected[name], err_msg=name)
    made = open_engine(program, "native")(picture)
    np.testing.assert_array_equal(made, expected[program.output_value.name][0])
    return program, made


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_a_plain_module_becomes_a_program(scale, tmp_path):
    network = trained(Plain(scale))
    result = quantize(network, calibration=calibration(scale=scale))
    program, made = assert_same_integers(result)
    assert program.scale == scale
    unit = torch.from_numpy(luma())[None, None] / 255
    wanted = (255 * network(unit)[0, 0]).detach().numpy()
    assert np.abs(made - wanted).max() < 1.5
    export(program, "c", tmp_path / "c")
    assert (tmp_path / "c").is_dir()
    with pytest.raises(ModelError, match="no name builds that network again"):
        save_twin(tmp_path / "t.safetensors", result.twin, {})


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1, 3, 4])
def test_a_stack_of_a_hundred_thousand_weights_becomes_a_program(scale):
    result = quantize(trained(Residual(scale)), calibration=calibration(scale=scale))
    program, _ = assert_same_integers(result)
    assert sum(conv.weight.size for conv in program.convs) > 90_000


def test_batch_normalization_is_folded_into_the_convolution_before_it():
    network = trained(Plain())
    layers = capture(network)
    assert [layer.name for layer in layers if layer.kind is LayerKind.CONV] == [
        *("head_0", "prelu", "deep", "norm", "grouped", "prelu_2", "tail"),
    ]
    unit = torch.rand(1, 1, 9, 11, generator=torch.Generator().manual_seed(1))
    twin = Twin(network).double()
    with in_floats(twin), torch.no_grad():
        made = twin(unit.double()).clamp(0, 1)
    torch.testing.assert_close(made, network.double()(unit.double()), rtol=0, atol=1e-6)


def test_a_batch_normalization_of_a_value_that_others_read_is_a_convolution_of_its_own():
    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.norm = nn.Conv2d(1, 1, 3, padding=1), nn.BatchNorm2d(1)
            self.act = nn.PReLU()

        def forward(self, x):
            y = self.conv(x)
            return self.act(self.norm(y) + y) + x

    network = trained(Shared())
    kinds = [(layer.name, layer.kind) for layer in capture(network)]
    assert ("norm", LayerKind.CONV) in kinds
    assert ("sum_signs", LayerKind.CONV) in kinds
    assert_same_integers(quantize(network, calibration=calibration(scale=1)))


def test_a_plain_module_is_trained_with_rounding(tmp_path):
    waves = np.add.outer(np.sin(np.arange(96) * 0.4), np.sin(np.arange(96) * 0.9))
    write(tmp_path / "p.png", Picture(np.clip(128 + 50 * waves, 0, 255).astype(np.uint8)))
    settings = ("steps=3", "optim.warmup=0", "data.crop=8", "data.batch=2", "run.threads=1")
    result = quantize(
        trained(Plain()),
        weights=6,
        calibration=calibration(),
        qat="qat",
        settings=(*settings, f"data.train={tmp_path}"),
    )
    assert result.method[-1] == "3 steps of training with rounding"
    assert_same_integers(result)


def test_what_cannot_become_integers_is_told_before_any_picture_is_read():
    with pytest.raises(ModelError, match="'0' \\(Conv2d\\) reads 3 channels"):
        quantize(nn.Sequential(nn.Conv2d(3, 3, 3, padding=1)), calibration=["no such folder"])
