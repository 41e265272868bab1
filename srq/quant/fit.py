"""Post-training quantization: everything that needs no training, in its order."""

from srq.quant.calibration import Calibration
from srq.quant.compensate import compensate
from srq.quant.equalize import equalize
from srq.quant.formats import choose_formats
from srq.quant.search import Lost, Search, search_formats
from srq.quant.twin import Twin

_ENOUGH = 16
"""How many crops channels are equalized and weights rounded on: more change nothing."""


def fit(twin: Twin, calibration: Calibration, *, search: bool = False) -> Search:
    """Make a fresh ``twin`` lose little: equalize its channels, choose its formats by the data,
    round its weights together, then move the activations' formats wherever that loses less.

    With ``search``, all formats are moved so before the weights are rounded as well. Gives the
    loss as it was with the chosen formats, and in the end.
    """
    photographs = calibration.photographs
    equalize(twin, photographs[:_ENOUGH])
    lost = Lost(twin, calibration)
    choose_formats(twin, photographs)
    first = search_formats(twin, lost) if search else Search(lost(twin), 0, 1)
    compensate(twin, photographs[:_ENOUGH])
    last = search_formats(twin, lost, tensors=twin.activations)
    return Search(first.before, last.after, first.measured + last.measured)
