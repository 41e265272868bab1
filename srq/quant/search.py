"""The search the paper describes: for a total width, the integer and fraction bits of every
tensor that lose least PSNR of the whole network."""

from collections.abc import Callable
from dataclasses import dataclass

from srq.quant.calibration import Calibration
from srq.quant.twin import Twin

_LEAST_GAIN = 1e-5
"""A change must lower the squared error by this part of it: less is chance."""


@dataclass(frozen=True)
class Search:
    """What a search did: PSNR in dB before and after, and how often the network was measured."""

    before: float
    after: float
    measured: int


def search_formats(
    twin: Twin,
    calibration: Calibration,
    *,
    passes: int = 4,
    on_tensor: Callable[[str, float], None] | None = None,
) -> Search:
    """Move binary points, one tensor at a time, wherever that raises the PSNR on ``calibration``.

    Every free tensor's fraction bits are tried one up and one down, all channels together, in
    the order of the network, and again until a pass changes nothing or ``passes`` are over.
    ``on_tensor`` hears each tensor's name and the PSNR so far.
    """
    before = calibration.psnr(twin)
    best = calibration.error(twin)
    measured = 2
    for _ in range(passes):
        changed = False
        for name, quantizer in twin.quantizers.items():
            for step in (1, -1):
                kept = quantizer.fracs
                quantizer.set_fracs([frac + step for frac in kept])
                error = calibration.error(twin)
                measured += 1
                if error < best * (1 - _LEAST_GAIN):
                    best, changed = error, True
                    break
                quantizer.set_fracs(kept)
            if on_tensor:
                on_tensor(name, calibration.psnr(twin))
        if not changed:
            break
    return Search(before, calibration.psnr(twin), measured)
