"""From float weights to a twin whose float64 values are a Program's integers.

A float network is captured, its roundings are placed, and its twin made of them; channels are
equalized, formats chosen and weights rounded on training pictures (``fit``), and the twin may
be trained further (``srq.quant.finetune``). ``quantize`` does all of it::

    result = srq.quantize("kim-x2", weights=10, activations=14, search=True)
    program = srq.lower(result.twin, provenance=result.provenance)
"""

from srq.quant.calibration import Calibration, calibration_set
from srq.quant.compensate import compensate
from srq.quant.equalize import equalize
from srq.quant.formats import choose_formats
from srq.quant.pipeline import Quantized, fit, quantize
from srq.quant.search import PsnrDrop, Search, search_formats
from srq.quant.twin import Twin, integers

__all__ = [
    "Calibration",
    "PsnrDrop",
    "Quantized",
    "Search",
    "Twin",
    "calibration_set",
    "choose_formats",
    "compensate",
    "equalize",
    "fit",
    "integers",
    "quantize",
    "search_formats",
]
