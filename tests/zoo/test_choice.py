"""The rule that chooses a network, at its limits."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from srq import zoo
from srq.image.coding import Coding
from srq.zoo.choice import BITS_PER_PIXEL, JPEG_QUALITY, JPEG_TRACE, choose

STUDY = json.loads(
    (Path(__file__).parents[2] / "benchmarks" / "results" / "choice.json").read_text()
)
CLEAN, COMPRESSED = "kim-x2", "kim-x2-compressed"


@pytest.mark.parametrize(
    ("coding", "network", "source", "reason"),
    [
        (None, CLEAN, "pixels", "pixels without loss"),
        (Coding("PNG", False), CLEAN, "PNG", "PNG without loss"),
        (Coding("WebP", False, None, 1.0), CLEAN, "WebP", "WebP without loss"),
        (Coding("JPEG", True, 1), COMPRESSED, "JPEG", "JPEG of quality 1"),
        (Coding("JPEG", True, JPEG_QUALITY), COMPRESSED, "JPEG", f"JPEG of quality {JPEG_QUALITY}"),
        (Coding("JPEG", True, JPEG_QUALITY + 1), CLEAN, "JPEG", None),
        (Coding("TIFF", True), COMPRESSED, "TIFF", "TIFF"),
        (Coding("rawvideo", False), CLEAN, "raw video", "raw video without loss"),
        (Coding("hevc", True, None, 0.1), CLEAN, "HEVC", "HEVC, 0.1 bits per pixel"),
        (Coding("h264", True, None, 0.05), COMPRESSED, "H.264", None),
        (Coding("msmpeg4v3", True, None, 0.1), COMPRESSED, "msmpeg4v3", None),
        (Coding("nothing known", True, None, 0.001), CLEAN, "nothing known", None),
    ],
)
def test_the_rule(coding, network, source, reason):
    found = choose(2, coding, quality="fast")
    assert (found.network, found.source) == (network, source)
    assert reason in (None, found.reason)


@pytest.mark.parametrize("format_", BITS_PER_PIXEL)
def test_bits_per_pixel_have_a_limit(format_):
    limit = BITS_PER_PIXEL[format_]
    assert choose(2, Coding(format_, True, None, limit), quality="fast").network == COMPRESSED
    assert choose(2, Coding(format_, True, None, limit * 1.01), quality="fast").network == CLEAN


def jpeg(pixels, quality, tmp_path):
    Image.fromarray(pixels).save(tmp_path / "it.jpg", quality=quality)
    return np.asarray(Image.open(tmp_path / "it.jpg"))


def test_a_png_that_was_a_jpeg(tmp_path):
    was = jpeg(data.astronaut(), 60, tmp_path)
    found = choose(2, Coding("PNG", False), was, "fast")
    assert (found.network, found.source) == (COMPRESSED, "PNG from a JPEG")
    assert found.reason == "PNG that came from a JPEG"
    assert choose(2, None, was, "fast").reason == "pixels that came from a JPEG"
    assert choose(2, Coding("PNG", False), data.astronaut(), "fast").network == CLEAN
    assert (
        choose(2, Coding("PNG", False), jpeg(data.astronaut(), 99, tmp_path), "fast").network
        == CLEAN
    )


def test_a_jpeg_xl_that_holds_a_jpeg(tmp_path):
    """It has no limit of its own."""
    coding = Coding("JPEG XL", True, None, 2.0)
    found = choose(2, coding, jpeg(data.astronaut(), 60, tmp_path), "fast")
    assert (found.network, found.reason) == (COMPRESSED, "JPEG XL that came from a JPEG")
    assert choose(2, coding, data.astronaut()).reason == "JPEG XL, 2 bits per pixel"


def test_a_file_with_loss_is_judged_by_its_coding_alone(tmp_path):
    was = jpeg(data.astronaut(), 60, tmp_path)
    assert choose(2, Coding("JPEG", True, 99), was, "fast").network == CLEAN


def test_a_kind_that_a_scale_lacks_is_told(monkeypatch):
    monkeypatch.setattr(zoo, "names", lambda form: ("kim-x3",))
    found = choose(3, Coding("JPEG", True, 50))
    assert found.network == "kim-x3"
    assert found.reason == "JPEG of quality 50; the zoo has none for compressed pictures at x3"
    assert "zoo" not in choose(3, Coding("PNG", False)).reason


def test_the_limits_are_those_that_the_study_found():
    """Rounded to two digits; a codec whose limit would gain next to nothing has none."""
    found = STUDY["limits"]
    assert found["JPEG"]["limit"] == JPEG_QUALITY
    assert round(found["PNG, by its trace"]["limit"], 2) == JPEG_TRACE
    by_bits = {
        name: float(f"{each['limit']:.2g}")
        for name, each in found.items()
        if not name.startswith(("JPEG", "PNG")) and each["by the limit"] >= 0.005
    }
    assert by_bits == BITS_PER_PIXEL


def test_the_rule_is_worth_it_on_test_pictures():
    """Auto is nearly as good as the better network for each way of coding, and gains by it."""
    for row in STUDY["shown"]:
        assert row["auto"] >= max(row["clean"], row["compressed"]) - 0.08, row
    gains = [row["auto"] - row["clean"] for row in STUDY["shown"]]
    assert sum(gains) / len(gains) > 0.2
    assert min(row["auto"] - row["bicubic"] for row in STUDY["shown"]) > 0
