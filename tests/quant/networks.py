"""Small networks and twins for tests of quantization."""

import numpy as np
import torch
from torch import nn

from srq.models import Network, build
from srq.quant import Calibration, Twin


class OneConv(Network):
    """One convolution and a pixel shuffle: the least that can be quantized."""

    name = "one-conv"

    def __init__(self, kernel=3, **conv):
        super().__init__(scale=2)
        self.layer = nn.Conv2d(1, 4, kernel, **{"padding": kernel // 2, "bias": False, **conv})

    def forward(self, luma):
        return nn.functional.pixel_shuffle(self.layer(luma), 2)


def small_kim(seed=0):
    torch.manual_seed(seed)
    return build("kim", wide=8, narrow=4)


def small_twin(seed=0, **widths):
    return Twin(small_kim(seed), **widths)


def calibration(seed=0, scale=2, crops=4, side=16):
    """Smooth random crops: what a network is measured on."""
    rng = np.random.default_rng(seed)
    coarse = torch.from_numpy(rng.random((crops, 1, 5, 5)))
    hr = nn.functional.interpolate(coarse, size=scale * side, mode="bicubic").clamp(0, 1)
    lr = nn.functional.avg_pool2d(hr, scale)
    return Calibration(*((t * 255).round().to(torch.uint8).numpy() for t in (lr, hr)))
