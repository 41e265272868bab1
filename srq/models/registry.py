"""The explicit list of networks. A new one is one file and one line here."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from srq.errors import ModelError
from srq.models.network import Network, Setting
from srq.registry import Entry, Registry, suggestion


@dataclass(frozen=True)
class NetworkEntry(Entry):
    """One network: its class, and the settings that its name stands for.

    Whoever builds it may still change what ``preset`` sets.
    """

    preset: Mapping[str, Setting] = field(default_factory=dict)


NETWORKS = Registry(
    "network",
    {
        "kim": NetworkEntry("srq.models.kim:Kim", "the paper's network, 2560 weights at x2"),
        "plain": NetworkEntry(
            "srq.models.plain:Plain", "3x3 stack with a long skip, 12K by default"
        ),
        "srcnn": NetworkEntry(
            "srq.models.srcnn:Srcnn", "9-1-5 on the bicubic-upscaled picture, 8K"
        ),
        "fsrcnn": NetworkEntry("srq.models.fsrcnn:Fsrcnn", "shrink, map, expand, deconvolve, 12K"),
        "fsrcnn-s": NetworkEntry(
            "srq.models.fsrcnn:Fsrcnn",
            "the small FSRCNN, 4K",
            preset={"width": 32, "shrunk": 5, "mappings": 1},
        ),
        "vdsr": NetworkEntry(
            "srq.models.vdsr:Vdsr", "20 layers on the bicubic-upscaled picture, 665K"
        ),
        "espcn": NetworkEntry("srq.models.espcn:Espcn", "5-3-3 with sub-pixel output, 23K"),
        "ecbsr": NetworkEntry("srq.models.ecbsr:Ecbsr", "plain 3x3 stack, M4C8 by default, 3K"),
    },
    error=ModelError,
)
"""Every network by name."""


def build(name: str, **config: Setting) -> Network:
    """The network called ``name`` with fresh weights; settings not given take their defaults.

    Raises ModelError for an unknown name or setting (with the nearest known one) and for a
    value that the network cannot take.
    """
    entry = NETWORKS.find(name)
    network_class: Callable[..., Network] = entry.load()
    known = list(inspect.signature(network_class).parameters)
    for setting in config:
        if setting not in known:
            raise ModelError(
                f"Network '{name}' has no setting '{setting}'; {suggestion(setting, known)}"
            )
    return network_class(**{**entry.preset, **config})
