"""From float weights to a twin whose float64 values are a Program's integers.

A float network is captured, its roundings are placed, and its twin made of them; formats are
chosen on training pictures, searched for, or the twin is trained further with them::

    twin = Twin(load_model("kim-x2.safetensors"), weight_bits=10, activation_bits=14)
    pictures = calibration_set(["T91", "BSD200"], scale=twin.scale)
    choose_formats(twin, pictures.pictures)
    search_formats(twin, pictures)
    program = srq.lower.lower(twin)
"""

from srq.quant.calibration import Calibration, calibration_set
from srq.quant.formats import choose_formats
from srq.quant.search import Search, search_formats
from srq.quant.twin import Twin, integers

__all__ = [
    "Calibration",
    "Search",
    "Twin",
    "calibration_set",
    "choose_formats",
    "integers",
    "search_formats",
]
