"""What a lossy codec of Pillow leaves of a picture."""

import io
from functools import partial

import numpy as np
from PIL import Image

from srq.degrade.degradation import Applied, Later, Pixels
from srq.degrade.parameters import Choice

SUBSAMPLING = Choice("subsampling", ("4:2:0", "4:2:2", "4:4:4"), default="4:2:0")
"""How much of the chroma a codec keeps."""


def coded(picture: Pixels, codec: str, suffix: str, **options: object) -> Applied:
    """A uint8 picture (H, W) or (H, W, 3) encoded by Pillow's ``codec`` and, where its pixels are
    asked for, decoded again.

    The file comes along where it holds exactly these pixels: WebP and AVIF know no gray pictures,
    so that a gray one is the luma of what they give back.
    """
    image = Image.fromarray(picture)
    file = io.BytesIO()
    image.save(file, codec, **options)
    stream = file.getvalue()
    later = Later(picture.shape[:2], partial(_decoded, stream, codec, image.mode))
    if picture.ndim == 2 and codec != "JPEG":
        return Applied(later)
    return Applied(later, stream=stream, suffix=suffix)


def _decoded(stream: bytes, codec: str, mode: str) -> Pixels:
    with Image.open(io.BytesIO(stream), formats=(codec,)) as image:
        return np.array(image if image.mode == mode else image.convert(mode))
