import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from srq.upscaling.fingerprints import Programs
from tests.store.servers import bucket, postgres, s3

__all__ = ["bucket", "postgres", "s3"]


@pytest.fixture(scope="session")
def programs():
    return Programs()


def file_of(pixels, form="PNG", **options) -> bytes:
    stream = io.BytesIO()
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(stream, form, **options)
    return stream.getvalue()


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    return np.ascontiguousarray(data.astronaut()[20:149, 130:247])


@pytest.fixture(scope="session")
def page() -> np.ndarray:
    return np.ascontiguousarray(np.dstack([data.page()[:96, :160]] * 3))
