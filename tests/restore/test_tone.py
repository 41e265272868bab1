"""The thumbnail that a tone is read off."""

import numpy as np
import pytest
import torch
from torch import nn

from srq.restore.tone import reduced


def test_a_thumbnail_is_a_mean_of_areas():
    picture = np.random.default_rng(0).random((24, 12, 3), dtype=np.float32)
    mean = picture.reshape(6, 4, 6, 2, 3).mean((1, 3))
    np.testing.assert_allclose(reduced(picture, (6, 6)), mean, atol=1e-6)


@pytest.mark.parametrize("size", [(6, 6), (24, 12), (5, 20), (40, 1)])
def test_it_is_what_the_network_was_trained_on(size):
    picture = np.random.default_rng(0).random((25, 13, 3), dtype=np.float32)
    planes = torch.from_numpy(picture).permute(2, 0, 1)[None]
    pooled = nn.functional.adaptive_avg_pool2d(planes, size)[0].permute(1, 2, 0)
    np.testing.assert_allclose(reduced(picture, size), pooled, atol=1e-6)
