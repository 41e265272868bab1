"""What every blur, resampling, sharpening and codec keeps: size, gray, the mean, its bytes."""

from pathlib import Path

import numpy as np
import pytest
from skimage import data

from scripts.tools.degradation_pictures import UNSHOWN
from srq.degrade.degradation import Setting, pixels_of, to_uint8
from srq.degrade.registry import DEGRADATIONS
from tests.degrade.test_kinds import asked

FAMILIES = ("blur", "resampling", "sharpening", "compression", "video")
KINDS = [kind for kind in DEGRADATIONS if DEGRADATIONS.load(kind).family in FAMILIES]
CODECS = [kind for kind in KINDS if DEGRADATIONS.load(kind).family in ("compression", "video")]
DOCS = Path(__file__).parents[3] / "docs"
LUMA = np.array([0.299, 0.587, 0.114])


def applied(kind, picture, exact="default", **values):
    """``picture`` after the kind with the tests' usual parameters, LR being half as large."""
    degradation = DEGRADATIONS.load(kind)
    for parameter in degradation.parameters:
        raw = values.get(parameter.name, asked(kind, parameter.name))
        values[parameter.name] = parameter.parse(raw, "test").at(0.5)
    lr = tuple(max(1, side // 2) for side in picture.shape[:2])
    setting = Setting(values, 2, np.random.default_rng(0), exact, lr)
    return pixels_of(degradation.apply(picture, setting))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (63, 65), (63, 65, 3), (2, 90, 3)])
def test_odd_sizes_come_out_right_and_the_same_twice(kind, shape):
    if kind == "downscale" and min(shape[:2]) < 2:
        pytest.skip("a recipe never asks for half a pixel")
    picture = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
    picture.setflags(write=False)
    for exact in ("default", "seed"):
        made = applied(kind, picture, exact)
        again = applied(kind, picture.copy(), exact)
        assert made.ndim == picture.ndim
        assert made.shape[2:] == shape[2:]
        if not DEGRADATIONS.load(kind).resizes and kind != "downscale":
            assert made.shape == shape
        assert np.array_equal(made, again)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", [0, 37, 128, 255])
def test_a_gray_plane_stays_as_it_is(kind, code):
    for shape in ((48, 64), (48, 64, 3), (1, 1, 3)):
        if kind == "downscale" and shape[0] == 1:
            continue
        made = to_uint8(applied(kind, np.full(shape, code, np.uint8))).astype(int)
        assert np.abs(made - code).max() <= 1
        if len(shape) == 3:
            assert np.ptp(made, axis=2).max() == 0  # neutral


@pytest.fixture(scope="module")
def crops():
    rng = np.random.default_rng(0)
    pictures = [data.astronaut(), data.chelsea(), data.coffee(), data.rocket()]
    made = []
    for number in range(1000):
        picture = pictures[number % len(pictures)]
        top, left = (int(rng.integers(0, side - 32)) for side in picture.shape[:2])
        made.append(picture[top : top + 32, left : left + 32])
    return np.array(made)


# Sharpening moves the mean where it leaves 0..255, so it gets a picture with room.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in CODECS])
def test_the_mean_of_a_thousand_pictures_stays(kind, crops):
    if DEGRADATIONS.load(kind).family == "sharpening":
        crops = crops // 2 + 64
    # Without a gamma: a mean of light is another mean of codes.
    values = {"gamma": 1} if "gamma" in names(kind) else {}
    made = np.array([to_uint8(applied(kind, crop, **values)) for crop in crops])
    drift = made.mean(axis=(0, 1, 2)) - crops.mean(axis=(0, 1, 2))
    assert np.abs(drift).max() <= 0.1, drift


@pytest.mark.parametrize("kind", CODECS)
def test_the_mean_luma_of_a_thousand_pictures_stays_after_a_codec(kind, crops):
    # As one picture: a codec's time is for its start.
    mosaic = crops.reshape(25, 40, 32, 32, 3).transpose(0, 2, 1, 3, 4).reshape(800, 1280, 3)
    fine = {"crf": 10, "qscale": 2, "quality": 97}
    values = {name: fine[name] for name in names(kind) if name in fine}
    drift = applied(kind, mosaic, **values).mean(axis=(0, 1)) - mosaic.mean(axis=(0, 1))
    assert abs(drift @ LUMA) <= 0.1, drift


@pytest.mark.parametrize("kind", [kind for kind in DEGRADATIONS if kind not in UNSHOWN])
def test_its_picture_is_on_its_page_and_small(kind):
    picture = DOCS / "images" / "degradations" / f"{kind}.webp"
    page = DOCS / "reference" / "degradations" / f"{DEGRADATIONS.load(kind).family}.md"
    assert 1000 < picture.stat().st_size <= 20_000
    assert f"(../../images/degradations/{kind}.webp)" in page.read_text()


def names(kind):
    return [parameter.name for parameter in DEGRADATIONS.load(kind).parameters]
