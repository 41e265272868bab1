"""The tools that the seeds ran: chainner_ext, BlurGenerator and OpenCV. Where one is missing, what
imports this skips; under SRQ_REQUIRE_TOOLS=1 it fails, unless SRQ_LEFT_OUT names "seed"."""

import os

import pytest

try:
    import blurgenerator
    import chainner_ext
    import cv2
except ImportError:  # pragma: no cover
    left_out = "seed" in os.environ.get("SRQ_LEFT_OUT", "").split(",")
    if os.environ.get("SRQ_REQUIRE_TOOLS") == "1" and not left_out:
        raise
    pytest.skip(
        "a tool of the seeds is missing; pip install --no-deps -r tests/degrade/kinds/tools.txt",
        allow_module_level=True,
    )

__all__ = ["blurgenerator", "chainner_ext", "cv2"]
