"""What every network has in common: its name, scale and config, and checks of that config."""

import math
from collections.abc import Collection
from typing import ClassVar, TypeAlias

import torch
from torch import nn

from srq.errors import ModelError

Setting: TypeAlias = int | float | bool | str
"""A value that a network's config may hold: all of it can be written as JSON."""

SCALES = (1, 2, 3, 4)
"""At 1 a network takes away what compression or noise has left, and the size stays."""


class Network(nn.Module):
    """A super-resolution network on luma.

    ``forward`` takes float (N, 1, H, W) with values in [0, 1] and gives (N, 1, s*H, s*W) in
    the same dtype, not clipped. Any H and W from 1 on will do.

    A subclass hands all its settings to ``Network.__init__``; ``build(name, **config)`` then
    makes the same network again, which is how checkpoints name theirs.
    """

    name: ClassVar[str]
    scale: int
    config: dict[str, Setting]

    def __init__(self, *, scale: int, **config: Setting) -> None:
        super().__init__()
        if type(scale) is not int or scale not in SCALES:
            raise ModelError(f"Setting 'scale' of {self.name} must be 1, 2, 3 or 4, not {scale!r}.")
        self.scale = scale
        self.config = {"scale": scale, **config}

    def require_positive(self, **settings: object) -> None:
        """Raise ModelError unless every setting is an integer from 1 on."""
        for setting, value in settings.items():
            if type(value) is not int or value < 1:
                raise ModelError(
                    f"Setting '{setting}' of {self.name} must be a whole number above 0,"
                    f" not {value!r}."
                )

    def require_choice(self, choices: Collection[Setting], **settings: object) -> None:
        """Raise ModelError unless every setting is one of ``choices``."""
        for setting, value in settings.items():
            if not any(type(value) is type(choice) and value == choice for choice in choices):
                wanted = " or ".join(repr(choice) for choice in choices)
                raise ModelError(
                    f"Setting '{setting}' of {self.name} must be {wanted}, not {value!r}."
                )


@torch.no_grad()
def uniform_(layer: nn.Conv2d | nn.ConvTranspose2d, gain: float = 1.0) -> None:
    """Fill a layer's weight from U(-b, b) with b = gain * sqrt(3 / fan_in), its bias with 0.

    The variance is gain^2 / fan_in, where fan_in counts the inputs that one output sums up.
    torch's own seed decides the values.
    """
    kernel_height, kernel_width = layer.kernel_size
    fan_in = layer.in_channels // layer.groups * kernel_height * kernel_width
    if isinstance(layer, nn.ConvTranspose2d):
        # Only every stride-th tap of a transposed kernel meets an input.
        fan_in = max(1, fan_in // (layer.stride[0] * layer.stride[1]))
    bound = gain * math.sqrt(3 / fan_in)
    nn.init.uniform_(layer.weight, -bound, bound)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def count_weights(network: nn.Module) -> int:
    """How many trainable numbers the network holds."""
    return sum(parameter.numel() for parameter in network.parameters())
