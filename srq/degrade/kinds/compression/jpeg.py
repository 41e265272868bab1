"""JPEG compression: encoded and decoded again."""

from srq.degrade.degradation import Degradation, Pixels, Setting, to_uint8
from srq.degrade.kinds.compression.coded import SUBSAMPLING, coded
from srq.degrade.parameters import Number


def jpeg(picture: Pixels, quality: int, subsampling: str = "4:2:0") -> Pixels:
    """A uint8 picture (H, W) or (H, W, 3) after Pillow's JPEG at ``quality`` 1..100.

    A gray picture is coded as gray, where ``subsampling`` has no meaning.
    """
    options = {} if picture.ndim == 2 else {"subsampling": subsampling}
    return coded(picture, "JPEG", quality=quality, **options)


def _apply(picture: Pixels, setting: Setting) -> Pixels:
    return jpeg(to_uint8(picture), setting.values["quality"], setting.values["subsampling"])


JPEG = Degradation(
    "jpeg",
    (Number("quality", 1, 100, integer=True), SUBSAMPLING),
    _apply,
    family="compression",
    about="Pillow's JPEG, encoded and decoded.",
)
