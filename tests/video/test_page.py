"""docs/guide/video.md says what the code does, and what was measured."""

import json
import math
from pathlib import Path

import pytest

from srq.video.codecs import CODECS, FORMATS
from srq.video.enlarge import ROUNDING
from srq.video.parts import SEGMENT_FRAMES
from srq.video.sound import BITS_PER_CHANNEL

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "docs" / "guide" / "video.md").read_text().split())


@pytest.mark.parametrize("name", CODECS)
def test_codecs_and_their_quality(name):
    codec = CODECS[name]
    quality = "lossless" if codec.crf is None else f"0 to {codec.worst}, {codec.crf}"
    row = PAGE[PAGE.index(f"| `{name}` |") :]
    assert row.split("|")[3].strip() == quality


def test_containers_segments_and_thresholds():
    *first, last = FORMATS
    assert f"{', '.join(f'`{suffix}`' for suffix in first)} or `{last}`" in PAGE
    assert f"in segments of {SEGMENT_FRAMES} frames" in PAGE
    assert f"{2 * ROUNDING:g} 8-bit codes on, not at all below {ROUNDING:g}" in PAGE


def test_the_rate_of_sound():
    assert f"with {BITS_PER_CHANNEL // 1000} kbit/s for each channel" in PAGE


def test_the_soak():
    soak = json.loads((ROOT / "benchmarks/results/soak.json").read_text())
    assert soak["kept"]
    clip = soak["clip"]
    assert f"In a soak of {clip['minutes']:g} minutes" in PAGE
    assert f"{clip['width']} x {clip['height']} at a variable rate" in PAGE
    assert f"all {soak['frames']} frames" in PAGE
    most = max(most for run in soak["memory"] for most in run["most_mib_in_each_fifth"])
    assert f"held at most {math.ceil(most)} MiB" in PAGE
