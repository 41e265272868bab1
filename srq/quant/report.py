"""What quantization does to every tensor: its format, what saturates, what noise is added."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from srq.quant.calibration import Calibration
from srq.quant.quantizers import FixedPoint
from srq.quant.twin import Twin


@dataclass(frozen=True)
class TensorReport:
    """One quantized tensor of a network.

    format:     as a Format is written; with a binary point per channel, the extremes of frac.
    saturation: the share of values beyond the format, 0 to 1; below zero is no saturation for
                what a ReLU follows.
    sqnr:       the power of the exact values over that of the error, in dB; infinite for none.
    """

    name: str
    kind: Literal["weight", "activation"]
    format: str
    saturation: float
    sqnr: float


@torch.inference_mode()
def tensor_reports(twin: Twin, calibration: Calibration) -> list[TensorReport]:
    """A report on every tensor whose format is free, in the network's order.

    Activations are those that the quantized network itself has on ``calibration``: their exact
    sums against what they are rounded to.
    """
    sums = _exact_sums(twin, calibration.pictures.to(_dtype(twin)))
    reports = []
    for name, quantizer in twin.quantizers.items():
        if name in sums:
            exact = sums[name] if quantizer.signed else sums[name].clamp(min=0)
            reports.append(_report(name, "activation", exact, quantizer))
        else:
            weight = twin.conv(name.removesuffix(".weight")).weight
            reports.append(_report(name, "weight", weight, quantizer))
    return reports


def _exact_sums(twin: Twin, pictures: Tensor) -> dict[str, Tensor]:
    """What each rounding of the quantized network is given."""
    sums: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[[nn.Module, tuple[Tensor]], None]:
        return lambda _, inputs: sums.update({name: inputs[0]})

    hooks = [twin.rounding(name).register_forward_pre_hook(keep(name)) for name in twin.roundings]
    try:
        twin.values(pictures)
    finally:
        for hook in hooks:
            hook.remove()
    return sums


def _report(
    name: str, kind: Literal["weight", "activation"], exact: Tensor, quantizer: FixedPoint
) -> TensorReport:
    made = quantizer(exact)
    whole = torch.floor(exact / quantizer.scale + 0.5)
    beyond = whole != made / quantizer.scale
    error = float((made - exact).double().square().sum())
    power = float(exact.double().square().sum())
    sqnr = 10 * math.log10(power / error) if error and power else math.inf
    return TensorReport(name, kind, _written(quantizer), float(beyond.double().mean()), sqnr)


def _written(quantizer: FixedPoint) -> str:
    least, most = min(quantizer.fracs), max(quantizer.fracs)
    fracs = f"{least}" if least == most else f"{least}..{most}"
    return f"{'s' if quantizer.signed else 'u'}{quantizer.bits}.{fracs}"


def _dtype(twin: Twin) -> torch.dtype:
    return next(twin.parameters()).dtype
