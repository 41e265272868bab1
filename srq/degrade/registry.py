"""The explicit list of degradations. A new one is one file in ``kinds`` and one line here."""

from srq.degrade.degradation import Degradation
from srq.errors import ConfigError
from srq.registry import Entry, Registry, suggestion

DEGRADATIONS = Registry(
    "degradation",
    {
        "avif": Entry("srq.degrade.kinds.compression.avif:AVIF", "Pillow's AVIF"),
        "blur": Entry("srq.degrade.kinds.blur.gaussian:BLUR", "a true Gaussian"),
        "downscale": Entry("srq.degrade.kinds.resampling.downscale:DOWNSCALE", "MATLAB's bicubic"),
        "jpeg": Entry("srq.degrade.kinds.compression.jpeg:JPEG", "Pillow's JPEG"),
        "noise": Entry("srq.degrade.kinds.noise.gaussian:NOISE", "additive white Gaussian noise"),
        "webp": Entry("srq.degrade.kinds.compression.webp:WEBP", "Pillow's lossy WebP"),
    },
)


def find(kind: object, where: str) -> Degradation:
    """The degradation named ``kind``; raises ConfigError, with ``where``, if there is none."""
    if not isinstance(kind, str):
        raise ConfigError(
            f"{where}: 'kind' must name a degradation; {suggestion('', DEGRADATIONS)}"
        )
    if kind not in DEGRADATIONS:
        raise ConfigError(
            f"{where}: no degradation is called '{kind}'; {suggestion(kind, DEGRADATIONS)}"
        )
    return DEGRADATIONS.load(kind)
