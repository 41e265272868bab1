"""AVIF compression: encoded and decoded again."""

from srq.degrade.degradation import Applied, Degradation, Pixels, Setting, to_uint8
from srq.degrade.kinds.compression.coded import SUBSAMPLING, coded
from srq.degrade.parameters import Number


def avif(picture: Pixels, quality: int, subsampling: str = "4:2:0") -> Pixels:
    """A uint8 picture (H, W) or (H, W, 3) after Pillow's AVIF at ``quality`` 0..100 and the
    encoder's default speed."""
    return _coded(picture, quality, subsampling).pixels


def _coded(picture: Pixels, quality: int, subsampling: str) -> Applied:
    options = {"quality": quality, "subsampling": subsampling, "max_threads": 1}
    return coded(picture, "AVIF", ".avif", **options)


def _apply(picture: Pixels, setting: Setting) -> Applied:
    return _coded(to_uint8(picture), setting.values["quality"], setting.values["subsampling"])


AVIF = Degradation(
    "avif",
    (Number("quality", 0, 100, integer=True), SUBSAMPLING),
    _apply,
    family="compression",
    about="Pillow's AVIF, encoded and decoded.",
)
