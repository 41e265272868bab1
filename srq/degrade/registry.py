"""The explicit list of degradations. A new one is one file and one line here."""

from srq.degrade.degradation import Degradation
from srq.degrade.kinds.blur import BLUR
from srq.degrade.kinds.downscale import DOWNSCALE
from srq.degrade.kinds.jpeg import JPEG
from srq.degrade.kinds.noise import NOISE
from srq.errors import ConfigError
from srq.registry import suggestion

DEGRADATIONS: tuple[Degradation, ...] = (BLUR, DOWNSCALE, JPEG, NOISE)

_BY_KIND = {degradation.kind: degradation for degradation in DEGRADATIONS}


def find(kind: object, where: str) -> Degradation:
    """The degradation named ``kind``; raises ConfigError, with ``where``, if there is none."""
    if not isinstance(kind, str):
        raise ConfigError(f"{where}: 'kind' must name a degradation; {suggestion('', _BY_KIND)}")
    if kind not in _BY_KIND:
        raise ConfigError(
            f"{where}: no degradation is called '{kind}'; {suggestion(kind, _BY_KIND)}"
        )
    return _BY_KIND[kind]
