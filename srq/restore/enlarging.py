"""A restored photograph made larger, as ``srq upscale`` does."""

from collections.abc import Callable

from srq.image.picture import Picture
from srq.upscaling.enlarge import enlarge
from srq.upscaling.networks import open_networks


def larger(scale: int, threads: int | None = None) -> Callable[[Picture], Picture]:
    """What makes a Picture ``scale`` times larger, with the network that suits its pixels.

    Raises ConfigError where there is none of that scale.
    """
    networks = open_networks("auto", scale, threads=threads)

    def enlarged(picture: Picture) -> Picture:
        return enlarge(picture, networks.take(picture.coding, picture.pixels).engine)

    return enlarged
