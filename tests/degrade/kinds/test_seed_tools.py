"""exact = "seed" against the very tools."""

import numpy as np
import pytest
from skimage import data

from srq.degrade.degradation import Setting
from srq.degrade.kinds.blur.lens import lens_blur
from srq.degrade.kinds.compression.jpeg import JPEG
from srq.degrade.kinds.compression.webp import WEBP
from srq.degrade.kinds.resampling.filters import NAMES
from srq.degrade.kinds.resampling.resize import resize, resize_in_turn
from srq.image import native
from tests.degrade.kinds.seed_tools import blurgenerator, chainner_ext, cv2

PICTURES = {"astronaut": data.astronaut(), "chelsea": data.chelsea(), "coffee": data.coffee()}
FILTERS = {
    "nearest": chainner_ext.ResizeFilter.Nearest,
    "box": chainner_ext.ResizeFilter.Box,
    "linear": chainner_ext.ResizeFilter.Linear,
    "hermite": chainner_ext.ResizeFilter.Hermite,
    "catrom": chainner_ext.ResizeFilter.CubicCatrom,
    "mitchell": chainner_ext.ResizeFilter.CubicMitchell,
    "bspline": chainner_ext.ResizeFilter.CubicBSpline,
    "lanczos": chainner_ext.ResizeFilter.Lanczos,
    "gauss": chainner_ext.ResizeFilter.Gauss,
}


def by_tool(picture, turns):
    values = picture.astype(np.float32) / 255
    for (height, width), name in turns:
        values = chainner_ext.resize(values, (width, height), FILTERS[name], True)
    return (values * 255).astype(np.uint8)


def test_every_filter_has_its_counterpart():
    assert list(FILTERS) == list(NAMES)


def test_resampling_is_chainners():
    differing = total = 0
    for picture in PICTURES.values():
        for name in NAMES:
            for tall, wide in ((0.5, 0.5), (0.25, 0.25), (0.37, 0.71), (1.3, 1.45)):
                size = (int(picture.shape[0] * tall), int(picture.shape[1] * wide))
                made = resize(picture, size, name, exact="seed").astype(int)
                away = np.abs(made - by_tool(picture, [(size, name)]))
                assert away.max() <= 1, (name, size)
                assert (away > 0).mean() <= 1e-4, (name, size)
                differing, total = differing + (away > 0).sum(), total + away.size
    assert differing / total <= 1e-5


def test_two_resamplings_in_turn_are_chainners():
    rng = np.random.default_rng(7)
    differing = total = 0
    picture = PICTURES["astronaut"][:300, :200]
    for _ in range(30):
        factor = rng.uniform(0.15, 1.5)
        sizes = [(int(300 * factor), int(200 * factor)), (75, 50)]
        turns = tuple(zip(sizes, rng.choice(NAMES, 2).tolist(), strict=True))
        away = np.abs(
            resize_in_turn(picture, turns, 2.2, "seed").astype(int) - by_tool(picture, turns)
        )
        assert away.max() <= 1, turns
        differing, total = differing + (away > 0).sum(), total + away.size
    assert differing / total <= 3e-5  # five values of 337,500


def test_resampling_is_chainners_without_the_extension_too():
    picture, size = PICTURES["chelsea"][:90, :90], (45, 45)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "pixels", None)
        made = resize(picture, size, "lanczos", exact="seed")
    assert np.array_equal(made, by_tool(picture, [(size, "lanczos")]))


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("radius", [2, 3, 5])
def test_the_lens_is_blurgenerators(name, radius):
    picture = PICTURES[name]
    expected = blurgenerator.lens_blur(picture, radius=radius, components=4, exposure_gamma=2)
    away = np.abs(lens_blur(picture, radius, exact="seed").astype(int) - expected)
    assert away.max() <= 1
    assert (away > 0).mean() <= 1e-4


@pytest.mark.parametrize("quality", [40, 57, 75, 92, 100])
def test_jpeg_and_webp_are_opencvs_byte_for_byte(quality):
    picture = PICTURES["coffee"][:201, :303]
    bgr = np.ascontiguousarray(picture[..., ::-1])
    for degradation, suffix, option in (
        (JPEG, ".jpg", cv2.IMWRITE_JPEG_QUALITY),
        (WEBP, ".webp", cv2.IMWRITE_WEBP_QUALITY),
    ):
        _, expected = cv2.imencode(suffix, bgr, [option, quality])
        values = {"quality": quality, "subsampling": "4:2:0"}
        setting = Setting(values, 1, np.random.default_rng(0), "seed")
        made = degradation.apply(picture, setting)
        assert made.stream == expected.tobytes()
        assert made.suffix == suffix
        assert np.array_equal(made.pixels[..., ::-1], cv2.imdecode(expected, cv2.IMREAD_COLOR))
