"""WebP compression: encoded and decoded again."""

from srq.degrade.degradation import Applied, Degradation, Pixels, Setting, to_uint8
from srq.degrade.kinds.compression.coded import coded
from srq.degrade.parameters import Number


def webp(picture: Pixels, quality: int) -> Pixels:
    """A uint8 picture (H, W) or (H, W, 3) after Pillow's lossy WebP at ``quality`` 0..100."""
    return _coded(picture, quality).pixels


def _coded(picture: Pixels, quality: int) -> Applied:
    return coded(picture, "WEBP", ".webp", quality=quality, method=4)


def _apply(picture: Pixels, setting: Setting) -> Applied:
    return _coded(to_uint8(picture), setting.values["quality"])


WEBP = Degradation(
    "webp",
    (Number("quality", 0, 100, integer=True),),
    _apply,
    family="compression",
    about="Pillow's lossy WebP, encoded and decoded.",
)
