"""What a lossy codec of Pillow leaves of a picture."""

import io

import numpy as np
from PIL import Image

from srq.degrade.degradation import Applied, Pixels
from srq.degrade.parameters import Choice

SUBSAMPLING = Choice("subsampling", ("4:2:0", "4:2:2", "4:4:4"), default="4:2:0")
"""How much of the chroma a codec keeps."""


def coded(picture: Pixels, codec: str, suffix: str, **options: object) -> Applied:
    """A uint8 picture (H, W) or (H, W, 3) encoded by Pillow's ``codec`` and decoded again.

    The file comes along where it holds exactly these pixels: WebP and AVIF know no gray pictures,
    so that a gray one is the luma of what they give back.
    """
    image = Image.fromarray(picture)
    stream = io.BytesIO()
    image.save(stream, codec, **options)
    stream.seek(0)
    with Image.open(stream, formats=(codec,)) as decoded:
        whole = decoded.mode == image.mode
        pixels = np.array(decoded if whole else decoded.convert(image.mode))
    if not whole:
        return Applied(pixels)
    return Applied(pixels, stream=stream.getvalue(), suffix=suffix)
