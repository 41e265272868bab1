"""Quantizers: brevitas's integers, with power-of-two scales and rounding half up.

brevitas rounds half to even, as torch does; the arithmetic contract rounds half up. Scales
are 2^-frac, with frac set from outside (by calibration or a search), never learnt.
"""

from collections.abc import Sequence
from typing import Any

import torch
from brevitas.core.function_wrapper import Identity, TensorClamp, TensorClampSte
from brevitas.core.quant import IntQuant
from torch import Tensor, nn

from srq.fixed import Format


class RoundHalfUp(nn.Module):
    """floor(x + 0.5): -1.5 gives -1, -0.5 gives 0, 0.5 gives 1.

    The gradient is that of the identity (straight through).
    """

    def forward(self, x: Tensor) -> Tensor:
        """Whole numbers, of x's shape and dtype."""
        return _RoundHalfUp.apply(x)


class _RoundHalfUp(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return torch.floor(x + 0.5)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient


class SaturatingIntQuant(IntQuant):
    """IntQuant with half-up rounding, whose saturated values get no gradient, made quick.

    It gives what brevitas's own ``forward`` gives, values and gradients, in a quarter of the
    time: an activation is a hundred times larger than its layer's weights.
    """

    def __init__(self, signed: bool) -> None:
        super().__init__(
            narrow_range=False,
            signed=signed,
            input_view_impl=Identity(),
            float_to_int_impl=RoundHalfUp(),
            tensor_clamp_impl=TensorClamp(),
        )

    def forward(self, scale: Tensor, zero_point: Tensor, bit_width: Tensor, x: Tensor) -> Tensor:
        """``x`` on the grid; ``scale`` is one power of two and ``zero_point`` is 0."""
        lo, hi = float(self.min_int(bit_width)), float(self.max_int(bit_width))
        return _Saturate.apply(x, float(scale), lo, hi)


class _Saturate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, scale: float, lo: float, hi: float) -> Tensor:
        # Dividing by a power of two is multiplying by another, exactly.
        whole = (x * (1 / scale)).add_(0.5).floor_()
        ctx.save_for_backward(whole)
        ctx.limits = lo - 0.5, hi + 0.5
        return whole.clamp(lo, hi).mul_(scale)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        # The gradient where the whole number lies within the limits, in one pass.
        (whole,) = ctx.saved_tensors
        return torch.ops.aten.hardtanh_backward(gradient, whole, *ctx.limits), None, None, None


class StraightIntQuant(IntQuant):
    """IntQuant for signed weights, with half-up rounding, made quick as well.

    The gradient passes through saturation, so that a weight beyond can come back.
    """

    def __init__(self) -> None:
        super().__init__(
            narrow_range=False,
            signed=True,
            input_view_impl=Identity(),
            float_to_int_impl=RoundHalfUp(),
            tensor_clamp_impl=TensorClampSte(),
        )

    def forward(self, scale: Tensor, zero_point: Tensor, bit_width: Tensor, x: Tensor) -> Tensor:
        """``x`` on the grid; ``scale`` holds powers of two and ``zero_point`` is 0."""
        half = 2.0 ** (float(bit_width) - 1)
        return _Straight.apply(x, scale, -half, half - 1)


class _Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, scale: Tensor, lo: float, hi: float) -> Tensor:
        return (x / scale).add_(0.5).floor_().clamp_(lo, hi).mul_(scale)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return gradient, None, None, None


class FixedPoint(nn.Module):
    """Values brought to a fixed-point format and kept as floats.

    quant:  what brings them there; ``signed`` is its ``signed``.
    bits:   the format's width.
    fracs:  its fraction bits: one, or one for each slice along the first of 4 dimensions.
    active: where false, values pass as they are (an unsigned format still clips below zero):
            the network in floats, for calibration.

    In float64 the result is exact for every sum that an int32 holds; in float32 it is not, and
    only good for training and estimates.
    """

    scale: Tensor
    _bit_width: Tensor
    _zero: Tensor

    def __init__(self, quant: IntQuant, bits: int, fracs: Sequence[int] = (0,)) -> None:
        super().__init__()
        self.signed = bool(quant.signed)
        self.bits = bits
        self.active = True
        self._quant = quant
        self.register_buffer("_bit_width", torch.tensor(float(bits)), persistent=False)
        self.register_buffer("_zero", torch.tensor(0.0), persistent=False)
        # Not persistent: a state is weights alone, formats are kept where the twin is described.
        self.register_buffer("scale", torch.ones(()), persistent=False)
        self.set_fracs(fracs)

    @property
    def fracs(self) -> tuple[int, ...]:
        """The fraction bits, as they were set."""
        return self._fracs

    @property
    def format(self) -> Format:
        """The format, where it is one for all."""
        (frac,) = self._fracs
        return Format(self.signed, self.bits, frac)

    def set_format(self, bits: int, fracs: Sequence[int]) -> None:
        """Change the width and the fraction bits."""
        self.bits = bits
        self._bit_width = torch.full_like(self._bit_width, float(bits))
        self.set_fracs(fracs)

    def set_fracs(self, fracs: Sequence[int]) -> None:
        """Change the fraction bits."""
        self._fracs = tuple(int(frac) for frac in fracs)
        scales = [2.0**-frac for frac in self._fracs]
        shape = (-1, 1, 1, 1) if len(scales) > 1 else ()
        self.scale = torch.tensor(
            scales if shape else scales[0], dtype=self.scale.dtype, device=self.scale.device
        ).reshape(shape)

    def forward(self, x: Tensor) -> Tensor:
        """``x`` rounded half up to the grid and saturated, in its own dtype."""
        if not self.active:
            return x if self.signed else x.clamp(min=0)
        return self._quant(self.scale, self._zero, self._bit_width, x)
