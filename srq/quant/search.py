"""The search the paper describes: for a total width, the integer and fraction bits of every
tensor that lose least PSNR of the whole network.

What is lost is estimated from what rounding changes, as if that had nothing to do with the
network's own errors: PSNR itself can be raised on a few crops by a saturation that happens to
suit them, and falls elsewhere (black and white drawings gain from all that clips).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from srq.quant.bounds import Narrowing
from srq.quant.calibration import Calibration
from srq.quant.formats import in_floats
from srq.quant.twin import Twin

_LEAST_GAIN = 1e-4
"""By how many dB a change must lower the loss: less is chance."""


@dataclass(frozen=True)
class Search:
    """What a search did: dB lost before and after, how often the network was measured, and what
    bits were taken in between so that sums fit 32 bits."""

    before: float
    after: float
    measured: int
    narrowed: tuple[Narrowing, ...] = ()


def search_formats(
    twin: Twin,
    drop: "PsnrDrop",
    *,
    tensors: Iterable[str] | None = None,
    passes: int = 8,
    on_tensor: Callable[[str, float], None] | None = None,
    allowed: Callable[[Twin], bool] = lambda _: True,
) -> Search:
    """Move binary points, one tensor at a time, wherever ``drop`` is less.

    The fraction bits of each of ``tensors`` (all free ones if None) are tried one up and one
    down, all channels together, in the order of the network, and again until a pass changes
    nothing or ``passes`` are over. ``on_tensor`` hears each tensor's name and the loss so far;
    formats with which the twin is not ``allowed`` are passed over.
    """
    names = list(twin.quantizers if tensors is None else tensors)
    before = best = drop(twin)
    measured = 1
    for _ in range(passes):
        changed = False
        for name in names:
            quantizer = twin.quantizers[name]
            for step in (1, -1):
                kept = quantizer.fracs
                quantizer.set_fracs([frac + step for frac in kept])
                if not allowed(twin):
                    quantizer.set_fracs(kept)
                    continue
                found = drop(twin)
                measured += 1
                if found < best - _LEAST_GAIN:
                    best, changed = found, True
                    break
                quantizer.set_fracs(kept)
            if on_tensor:
                on_tensor(name, best)
        if not changed:
            break
    return Search(before, best, measured)


class PsnrDrop:
    """How many dB of PSNR quantization costs, in the mean over the crops of a calibration.

    Of a crop with the float network's squared error f and the squared change q by quantization,
    10 log10((f + q) / f).
    """

    @torch.inference_mode()
    def __init__(self, twin: Twin, calibration: Calibration) -> None:
        self._pictures = calibration.pictures
        with in_floats(twin):
            self._wanted = self._made(twin)
        self._own = _squares(self._wanted - calibration.targets)

    @torch.inference_mode()
    def __call__(self, twin: Twin) -> float:
        """That of ``twin`` as its formats and weights are now."""
        change = _squares(self._made(twin) - self._wanted)
        return float(10 * torch.log10(1 + change / self._own).mean())

    def _made(self, network: nn.Module) -> Tensor:
        return network(self._pictures).clamp(0, 1)


def _squares(error: Tensor) -> Tensor:
    """The mean square of every crop; never zero, as it is divided by."""
    return error.double().square().mean((1, 2, 3)).clamp(min=1e-12)
