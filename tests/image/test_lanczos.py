"""Resizing by Lanczos: Pillow's bytes, one axis after the other, compiled or not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from srq.image import native
from srq.image.lanczos import lanczos

sides = st.integers(1, 70)


def pillows(codes, size):
    """Across, then down: in one call newer versions choose the order by the shape."""
    height, width = size
    image = Image.fromarray(codes)
    across = image.resize((width, image.height), Image.Resampling.LANCZOS)
    return np.asarray(across.resize((width, height), Image.Resampling.LANCZOS))


@pytest.mark.parametrize("compiled", [True, False])
@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(sides, sides),
    size=st.tuples(sides, sides),
    colour=st.booleans(),
    harsh=st.booleans(),
)
def test_it_gives_the_bytes_of_pillow(compiled, seed, shape, size, colour, harsh):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 256, (*shape, 3) if colour else shape, np.uint8)
    if harsh:
        codes = np.where(codes > 127, 255, 0).astype(np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        if not compiled:
            patch.setattr(native, "pixels", None)
        elif native.pixels is None:
            pytest.skip("the extension is not built")
        made = lanczos(codes, size)
    assert made.dtype == np.uint8
    assert np.array_equal(made, pillows(codes, size))


def test_a_picture_of_one_channel_keeps_its_shape():
    codes = np.arange(60, dtype=np.uint8).reshape(6, 10, 1)
    made = lanczos(codes, (3, 5))
    assert made.shape == (3, 5, 1)
    assert np.array_equal(made[..., 0], lanczos(codes[..., 0], (3, 5)))
    assert np.array_equal(lanczos(codes, (6, 10)), codes)
