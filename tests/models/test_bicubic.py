"""Bicubic inside a network against srq.image, which is tested against MATLAB's own files."""

import numpy as np
import pytest
import torch

from srq.image.resize import bicubic
from srq.models.bicubic import bicubic_upscale


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (7, 5), (16, 33)])
def test_it_equals_the_picture_resize(shape, scale):
    picture = np.random.default_rng(scale).random(shape)
    upscaled = bicubic_upscale(torch.from_numpy(picture)[None, None], scale)
    assert upscaled.dtype == torch.float64
    np.testing.assert_allclose(upscaled[0, 0], bicubic(picture, scale=scale), atol=1e-13)


def test_float32_is_close_enough_for_every_uint8_value():
    picture = np.random.default_rng(0).random((24, 24), dtype=np.float32)
    upscaled = bicubic_upscale(torch.from_numpy(picture)[None, None], 2)
    assert upscaled.dtype == torch.float32
    np.testing.assert_allclose(upscaled[0, 0], bicubic(picture, scale=2), atol=1e-6)


def test_pictures_of_a_batch_do_not_mix():
    batch = torch.rand(3, 2, 5, 6, generator=torch.Generator().manual_seed(0))
    whole = bicubic_upscale(batch, 3)
    assert torch.equal(whole[2:, 1:], bicubic_upscale(batch[2:, 1:], 3))
