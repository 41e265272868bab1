"""What the zoo's networks are for: the list from which one is chosen."""

from dataclasses import dataclass
from typing import Literal, get_args

from srq import zoo
from srq.errors import ConfigError, ModelError
from srq.registry import suggestion

Kind = Literal["clean", "compressed", "web"]
"""What a network is trained on: pictures without loss, with that of JPEG and the like, or as the
web has them: blurred, noisy, shrunk and compressed again. No file shows the last of itself, so only
a user asks for it."""

Quality = Literal["fast", "good", "best"]
"""How good a picture a network makes beside others of its scale: each takes several times as
long as the one before."""

QUALITIES: tuple[Quality, ...] = get_args(Quality)

OF_PICTURES: Quality = "good"
"""What is taken for pictures where nobody chooses."""

OF_VIDEOS: Quality = "fast"
"""What is taken for videos where nobody chooses."""


@dataclass(frozen=True)
class Network:
    """A network that ships as a Program.

    weights: how many.
    bits:    of each weight.
    """

    scale: int
    kind: Kind
    quality: Quality
    weights: int
    bits: int


NETWORKS = {
    "kim-x1-compressed": Network(1, "compressed", "fast", 2512, 10),
    "medium-x1-compressed": Network(1, "compressed", "good", 11808, 10),
    "kim-x2": Network(2, "clean", "fast", 2560, 10),
    "kim-x2-8bit": Network(2, "clean", "fast", 2560, 8),
    "kim-x2-compressed": Network(2, "compressed", "fast", 2560, 10),
    "kim-x2-fpga": Network(2, "clean", "fast", 2560, 10),
    "kim-x2-8bit-fpga": Network(2, "clean", "fast", 2560, 8),
    "kim-x3": Network(3, "clean", "fast", 2640, 10),
    "kim-x4": Network(4, "clean", "fast", 2752, 10),
    "medium-x2": Network(2, "clean", "good", 12240, 10),
    "medium-x2-8bit": Network(2, "clean", "good", 12240, 8),
    "medium-x2-compressed": Network(2, "compressed", "good", 12240, 10),
    "medium-x2-compressed-8bit": Network(2, "compressed", "good", 12240, 8),
    "medium-x4": Network(4, "clean", "good", 11664, 10),
    "medium-x4-8bit": Network(4, "clean", "good", 11664, 8),
    "medium-x4-compressed": Network(4, "compressed", "good", 11664, 10),
    "medium-x4-compressed-8bit": Network(4, "compressed", "good", 11664, 8),
    "large-x2": Network(2, "clean", "best", 93600, 10),
    "large-x2-compressed": Network(2, "compressed", "best", 93600, 10),
    "large-x4": Network(4, "clean", "best", 97056, 10),
    "large-x4-compressed": Network(4, "compressed", "best", 97056, 10),
    "web-x2": Network(2, "web", "good", 12240, 10),
    "web-x4": Network(4, "web", "good", 11664, 10),
}
"""All networks by name. Of those of one scale, kind and quality the first is taken."""


def quality_named(name: str) -> Quality:
    """The quality of that name; ConfigError if there is none."""
    for quality in QUALITIES:
        if name == quality:
            return quality
    raise ConfigError(f"There is no quality '{name}'; {suggestion(name, QUALITIES)}")


def at_scale(scale: int) -> dict[str, Network]:
    """The networks that enlarge by ``scale``, by name, in the order of the list.

    Raises ConfigError for a scale that none has, ModelError where the zoo is empty.
    """
    there = zoo.names("program")
    shipped = {name: network for name, network in NETWORKS.items() if name in there}
    found = {name: network for name, network in shipped.items() if network.scale == scale}
    if found:
        return found
    if not shipped:
        raise ModelError("There is no network to choose: the zoo is empty, so name a file.")
    known = ", ".join(str(each) for each in sorted({each.scale for each in shipped.values()}))
    raise ConfigError(f"No network of the zoo enlarges by {scale}; choose one of {known}.")


def network_for(scale: int, kind: Kind, quality: Quality = OF_PICTURES) -> str:
    """The name of the first network of this scale, quality and kind.

    Where there is none, the best of the kind that is faster is taken; else the best of another
    kind that is no slower; else the fastest that there is, of the kind if it can be. Raises what
    ``at_scale`` raises.
    """
    found = at_scale(scale)
    wanted = QUALITIES.index(quality)
    no_slower, slower = QUALITIES[wanted::-1], QUALITIES[wanted + 1 :]
    for qualities in (no_slower, slower):
        for of_the_kind in (True, False):
            for each in qualities:
                for name, network in found.items():
                    if network.quality == each and (network.kind == kind) == of_the_kind:
                        return name
    raise AssertionError("every network is of some quality")
