"""JPEG compression: encoded and decoded again."""

from srq.degrade.degradation import Applied, Degradation, Pixels, Setting, to_uint8
from srq.degrade.kinds.compression.coded import SUBSAMPLING, coded
from srq.degrade.parameters import Number


def jpeg(picture: Pixels, quality: int, subsampling: str = "4:2:0") -> Pixels:
    """A uint8 picture (H, W) or (H, W, 3) after Pillow's JPEG at ``quality`` 1..100.

    A gray picture is coded as gray, where ``subsampling`` has no meaning.
    """
    return _coded(picture, quality, subsampling).pixels


def _coded(picture: Pixels, quality: int, subsampling: str) -> Applied:
    options = {} if picture.ndim == 2 else {"subsampling": subsampling}
    return coded(picture, "JPEG", ".jpg", quality=quality, **options)


def _apply(picture: Pixels, setting: Setting) -> Applied:
    return _coded(to_uint8(picture), setting.values["quality"], setting.values["subsampling"])


JPEG = Degradation(
    "jpeg",
    (Number("quality", 1, 100, integer=True), SUBSAMPLING),
    _apply,
    family="compression",
    about="Pillow's JPEG, encoded and decoded.",
)
