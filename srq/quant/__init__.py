"""From float weights to a twin whose float64 values are a Program's integers.

A float network is captured, its roundings are placed, and its twin made of them; channels are
equalized, formats chosen and weights rounded on training pictures (``fit``), and the twin may
be trained further (``srq.quant.finetune``)::

    twin = Twin(load_model("kim-x2.safetensors"), weight_bits=10, activation_bits=14)
    pictures = calibration_set(["T91", "BSD200"], scale=twin.scale)
    fit(twin, pictures, search=True)
    program = srq.lower.lower(twin)
"""

from srq.quant.calibration import Calibration, calibration_set
from srq.quant.compensate import compensate
from srq.quant.equalize import equalize
from srq.quant.fit import fit
from srq.quant.formats import choose_formats
from srq.quant.search import Lost, Search, search_formats
from srq.quant.twin import Twin, integers

__all__ = [
    "Calibration",
    "Lost",
    "Search",
    "Twin",
    "calibration_set",
    "choose_formats",
    "compensate",
    "equalize",
    "fit",
    "integers",
    "search_formats",
]
