"""What a lossy codec of Pillow leaves of a picture."""

import io

import numpy as np
from PIL import Image

from srq.degrade.degradation import Pixels
from srq.degrade.parameters import Choice

SUBSAMPLING = Choice("subsampling", ("4:2:0", "4:2:2", "4:4:4"), default="4:2:0")
"""How much of the chroma a codec keeps."""


def coded(picture: Pixels, codec: str, **options: object) -> Pixels:
    """A uint8 picture (H, W) or (H, W, 3) encoded by Pillow's ``codec`` and decoded again."""
    image = Image.fromarray(picture)
    stream = io.BytesIO()
    image.save(stream, codec, **options)
    stream.seek(0)
    with Image.open(stream) as decoded:
        # WebP and AVIF know no gray pictures; they give the three channels back.
        return np.array(decoded.convert(image.mode))
