"""Crops cut on a device against those of the sampler."""

import numpy as np
import pytest
import torch

from srq.datasets.pool import assemble
from srq.datasets.sampler import Sampler
from srq.train.crops import DeviceCrops


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_they_are_the_samplers_byte_for_byte(scale):
    rng = np.random.default_rng(scale)
    pictures = [
        (
            rng.integers(0, 256, (scale * h, scale * w), np.uint8),
            [rng.integers(0, 256, (h, w), np.uint8)],
        )
        for h, w in ((20, 30), (33, 17), (11, 41))
    ]
    pool = assemble(pictures, scale=scale, fingerprint="")
    sampler = Sampler(pool, crop=11, batch=64, seed=3)
    crops = DeviceCrops(sampler, torch.device("cpu"))
    for step in range(20):
        crops.place(sampler.places(step))
        for cut, wanted in zip(crops.cut(), sampler.batch(step), strict=True):
            np.testing.assert_array_equal(cut.numpy(), wanted)
