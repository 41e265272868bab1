"""The network that ships takes grain away, leaves what is clean, and keeps what was filled."""

import numpy as np
import pytest
import torch  # noqa: F401 (what is tested here needs it)
from skimage import data

import srq
from srq.image.io import Picture
from srq.image.metrics import psnr
from srq.restore.inpaint import inpaint
from srq.restore.pipeline import Options, restore_picture
from srq.restore.stages import Networks, opened

PICTURES = {
    "cat": np.ascontiguousarray(data.chelsea()[40:200, 90:250]),
    "woman": np.ascontiguousarray(data.astronaut()[20:212, 130:322]),
    "gray": np.ascontiguousarray(data.camera()[60:252, 150:342]),
}


def grainy(picture):
    """With grain as of black-and-white film, which stirs all colours alike."""
    grain = np.random.default_rng(1).normal(0, 9, picture.shape[:2])
    grain = grain if picture.ndim == 2 else grain[..., None]
    return np.clip(picture + grain + 0.5, 0, 255).astype(np.uint8)


def gain(made, before, clean):
    flat = [each.reshape(len(clean), -1) for each in (made, before, clean)]
    return psnr(flat[0], flat[2]) - psnr(flat[1], flat[2])


@pytest.mark.parametrize("name", PICTURES)
def test_grain_goes(name):
    clean = PICTURES[name]
    spoiled = grainy(clean)
    made = srq.restore(spoiled, only="noise")
    assert made.shape == clean.shape
    assert gain(made, spoiled, clean) > 1


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_clean_stays_so(name):
    clean = PICTURES[name]
    made = srq.restore(clean, only="noise")
    assert np.array_equal(made, clean) or psnr(*(p.reshape(len(p), -1) for p in (made, clean))) > 38


def test_what_a_mask_tells_is_filled_at_least_as_well_as_without_a_network():
    clean = PICTURES["woman"]
    mask = np.zeros(clean.shape[:2], np.uint8)
    mask[60:64] = mask[:, 100:103] = 255
    torn = clean.copy()
    torn[mask > 0] = 255
    options = Options.named("keep", "scratches")
    made = restore_picture(Picture(torn), opened(), options, mask=mask).picture.pixels
    alone = restore_picture(Picture(torn), Networks(), options, mask=mask).picture.pixels
    filled = inpaint(torn.astype(np.float32) / 255, mask > 0)
    assert np.abs(alone - 255 * filled)[mask > 0].max() <= 0.51
    errors = [
        np.square(each[mask > 0].astype(float) - clean[mask > 0]).mean() for each in (made, alone)
    ]
    assert errors[0] < 1.03 * errors[1]
