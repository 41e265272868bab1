"""The kernels of blurs and of sharpening against authorities outside srq."""

import pickle

import numpy as np
import pytest
from scipy import ndimage, special
from skimage import data
from skimage.filters import unsharp_mask

from srq.degrade.degradation import Setting, pixels_of
from srq.degrade.kinds.blur.anisotropic import anisotropic_kernel
from srq.degrade.kinds.blur.box import box_kernel
from srq.degrade.kinds.blur.convolution import blurred
from srq.degrade.kinds.blur.generalized import generalized_kernel
from srq.degrade.kinds.blur.motion import motion_kernel
from srq.degrade.kinds.blur.plateau import plateau_kernel
from srq.degrade.kinds.blur.sinc import sinc_kernel
from srq.degrade.kinds.sharpening.halo import halo
from srq.degrade.kinds.sharpening.ringing import ringing_kernel
from srq.degrade.kinds.sharpening.unsharp import unsharp
from srq.degrade.registry import DEGRADATIONS

PICTURE = data.camera()[100:190, 200:321]
EDGE = np.where(np.arange(64) < 32, 60.0, 180.0) * np.ones((16, 1))


def test_an_upright_ellipse_is_scipys_gaussian():
    made = blurred(PICTURE, anisotropic_kernel(1.5, 0.75, 0))
    expected = ndimage.gaussian_filter(
        PICTURE.astype(float), (0.75, 1.5), mode="mirror", radius=(6, 6)
    )
    assert made == pytest.approx(expected, abs=1e-3)


def test_an_ellipse_turns_anticlockwise():
    kernel = anisotropic_kernel(3, 0.5, 45)
    up_and_right, down_and_right = kernel[12 - 3, 12 + 3], kernel[12 + 3, 12 + 3]
    assert up_and_right > 100 * down_and_right
    assert anisotropic_kernel(3, 0.5, 90) == pytest.approx(anisotropic_kernel(3, 0.5, 0).T)


def test_beta_1_is_the_gaussian_and_more_is_flatter():
    gauss = anisotropic_kernel(2, 2, 0)
    assert generalized_kernel(2, 2, 0, 1) == pytest.approx(gauss, abs=1e-12)
    flat = generalized_kernel(2, 2, 0, 6)
    middle = len(flat) // 2
    assert flat[middle, middle + 1] == pytest.approx(flat[middle, middle], rel=1e-3)
    plateau = plateau_kernel(2, 2, 0, 4)
    assert plateau[8, 9] == pytest.approx(plateau[8, 8], rel=0.01)
    assert plateau[8, 16] < 0.02 * plateau[8, 8]


def test_a_box_is_scipys_uniform_filter_and_may_have_any_width():
    expected = ndimage.uniform_filter(PICTURE.astype(float), 5, mode="mirror")
    assert blurred(PICTURE, box_kernel(5)) == pytest.approx(expected, abs=1e-3)
    assert box_kernel(2)[1] / box_kernel(2)[1, 1] == pytest.approx([0.5, 1, 0.5])
    assert box_kernel(1).tolist() == [[1]]


def test_a_motion_is_a_line_of_its_length():
    level = motion_kernel(9, 0)
    assert level.sum() == pytest.approx(1)
    assert np.nonzero(level.sum(axis=1) > 1e-9)[0].tolist() == [len(level) // 2]
    reach = np.arange(len(level)) - len(level) // 2
    deviation = np.sqrt((level.sum(axis=0) * reach**2).sum())
    assert deviation == pytest.approx(9 / np.sqrt(12), rel=0.03)
    assert motion_kernel(9, 90) == pytest.approx(level.T)
    rising = motion_kernel(9, 30)
    assert (rising * np.outer(reach, reach)).sum() < 0  # rows count downwards


def test_the_sinc_is_the_bessel_function_of_scipy():
    y, x = np.mgrid[-10:11, -10:11]
    distance = np.hypot(y, x)
    distance[10, 10] = 1
    expected = 1.5 * special.j1(1.5 * distance) / (2 * np.pi * distance)
    expected[10, 10] = 1.5**2 / (4 * np.pi)
    assert sinc_kernel(1.5, 21) == pytest.approx(expected / expected.sum(), abs=1e-12)


def test_ringing_makes_waves_beside_an_edge_along_its_direction_only():
    made = blurred(EDGE, ringing_kernel(0.5, 4, "horizontal"))
    assert made.max() > 185
    assert made.min() < 55
    assert blurred(EDGE, ringing_kernel(0.5, 4, "vertical")) == pytest.approx(EDGE, abs=1e-3)


def test_unsharp_masking_is_scikit_images():
    made = unsharp(PICTURE, 1.5, 0.8)
    expected = unsharp_mask(PICTURE.astype(float), 1.5, 0.8, preserve_range=True)
    assert made[12:-12, 12:-12] == pytest.approx(expected[12:-12, 12:-12], abs=0.5)
    kept = unsharp(PICTURE, 1.5, 0.8, threshold=20)
    assert (kept == PICTURE).mean() > 0.5


def test_halos_stand_on_the_sides_asked_for():
    light, dark = (halo(EDGE, 3, 2, side) - EDGE for side in ("light", "dark"))
    assert light.min() == 0
    assert light.max() > 5
    assert dark.max() == 0
    assert halo(EDGE, 3, 2) - EDGE == pytest.approx(light + dark)


@pytest.mark.parametrize("kind", ["av1", "h264", "hevc", "mpeg1", "mpeg2", "mpeg4", "vp9"])
def test_a_video_codec_loses_more_the_more_it_may(kind):
    degradation = pickle.loads(pickle.dumps(DEGRADATIONS.load(kind)))
    (parameter,) = degradation.parameters
    picture = data.astronaut()[:96, 160:256]
    errors = []
    for quality in (3, 15, 30):
        setting = Setting({parameter.name: quality}, 1, np.random.default_rng(0))
        errors.append(np.abs(pixels_of(degradation.apply(picture, setting)) - picture.astype(int)))
    means = [error.mean() for error in errors]
    assert means[0] < means[1] < means[2]
    assert means[0] < 5
