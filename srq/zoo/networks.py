"""What the zoo's networks are for: the list from which one is chosen."""

from dataclasses import dataclass
from typing import Literal

from srq import zoo
from srq.errors import ConfigError, ModelError

Kind = Literal["clean", "compressed"]
"""What a network is trained on: pictures without loss, or with that of JPEG and the like."""


@dataclass(frozen=True)
class Network:
    """A network that ships as a Program.

    weights: how many.
    bits:    of each weight.
    """

    scale: int
    kind: Kind
    weights: int
    bits: int


NETWORKS = {
    "kim-x2": Network(2, "clean", 2560, 10),
    "kim-x2-8bit": Network(2, "clean", 2560, 8),
    "kim-x2-compressed": Network(2, "compressed", 2560, 10),
    "kim-x3": Network(3, "clean", 2640, 10),
    "kim-x4": Network(4, "clean", 2752, 10),
}
"""All networks by name. Of those of one scale and kind the first is taken where nobody chooses."""


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


def network_for(scale: int, kind: Kind) -> str:
    """The name of the first network of this scale and kind; where there is none, of the scale.

    Raises what ``at_scale`` raises.
    """
    found = at_scale(scale)
    return next((name for name, each in found.items() if each.kind == kind), next(iter(found)))
