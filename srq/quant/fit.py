"""Post-training quantization: everything that needs no training, in its order."""

from srq.quant.calibration import Calibration
from srq.quant.compensate import compensate
from srq.quant.equalize import equalize
from srq.quant.formats import choose_formats
from srq.quant.search import Search, search_formats
from srq.quant.twin import Twin

_ENOUGH = 16
"""How many crops channels are equalized and weights rounded on: more change nothing."""


def fit(twin: Twin, calibration: Calibration, *, search: bool = False) -> Search | None:
    """Equalize the channels of a fresh ``twin``, choose its formats, round its weights together.

    With ``search``, the formats are then moved wherever that raises the PSNR; gives what it did.
    """
    pictures = calibration.pictures
    equalize(twin, pictures[:_ENOUGH])
    choose_formats(twin, pictures)
    compensate(twin, pictures[:_ENOUGH])
    return search_formats(twin, calibration) if search else None
