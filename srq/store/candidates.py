"""The ways in which a picture may be stored: codec, scale, and what enlarges it again."""

from dataclasses import dataclass

from srq.store.codecs import CODECS, LOSSLESS, Codec
from srq.upscaling.fingerprints import Programs

NETWORKS = {2: ("kim-x2", "kim-x2-compressed"), 3: ("kim-x3",)}
"""The Programs that are tried at a scale. Larger ones cost too much time for each trial."""


@dataclass(frozen=True)
class Way:
    """One of them, for every quality.

    name:    for people: "avif", "avif444 1/2 kim-x2", "jxl lossless".
    codec:   its name.
    program: the fingerprint of what enlarges it; None is Lanczos.
    """

    name: str
    codec: str
    scale: int = 1
    program: str | None = None
    lossless: bool = False

    @property
    def qualities(self) -> range:
        """All that may be asked for."""
        return range(LOSSLESS, LOSSLESS + 1) if self.lossless else range(self.by.least, 100)

    @property
    def by(self) -> Codec:
        """The codec."""
        return CODECS[self.codec]


def all_ways(programs: Programs) -> list[Way]:
    """Every way, those that are most often smallest first."""
    # None by JPEG XL with loss: each version of libjxl may decode it to pixels of its own.
    ways = [Way("avif", "avif"), Way("avif444", "avif444"), Way("webp", "webp")]
    for scale, names in NETWORKS.items():
        ways += [
            Way(f"avif444 1/{scale} {name}", "avif444", scale, programs.of_zoo(name))
            for name in names
        ]
        ways.append(Way(f"avif444 1/{scale} lanczos", "avif444", scale))
    ways += [Way(f"{name} lossless", name, lossless=True) for name in ("jxl", "webp")]
    return ways
