"""The explicit list of networks. A new one is one file and one line here."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module

from srq.errors import ModelError
from srq.models.network import Network, Setting


@dataclass(frozen=True)
class Entry:
    """One network: the name it is built by, where its class stands, and what sets it apart.

    ``preset`` holds settings that this name stands for; whoever builds it may still change them.
    """

    name: str
    module: str
    class_name: str
    summary: str
    preset: Mapping[str, Setting] = field(default_factory=dict)


NETWORKS: tuple[Entry, ...] = (
    Entry("kim", "srq.models.kim", "Kim", "the paper's network, 2560 weights at x2"),
    Entry("srcnn", "srq.models.srcnn", "Srcnn", "9-1-5 on the bicubic-upscaled picture, 8K"),
    Entry("fsrcnn", "srq.models.fsrcnn", "Fsrcnn", "shrink, map, expand, deconvolve, 12K"),
    Entry(
        "fsrcnn-s",
        "srq.models.fsrcnn",
        "Fsrcnn",
        "the small FSRCNN, 4K",
        preset={"width": 32, "shrunk": 5, "mappings": 1},
    ),
    Entry("vdsr", "srq.models.vdsr", "Vdsr", "20 layers on the bicubic-upscaled picture, 665K"),
    Entry("espcn", "srq.models.espcn", "Espcn", "5-3-3 with sub-pixel output, 23K"),
    Entry("ecbsr", "srq.models.ecbsr", "Ecbsr", "plain 3x3 stack, M4C8 by default, 3K"),
)


def build(name: str, **config: Setting) -> Network:
    """The network called ``name`` with fresh weights; settings not given take their defaults.

    Raises ModelError for an unknown name or setting (with the nearest known one) and for a
    value that the network cannot take.
    """
    entry = _find(name)
    network_class: Callable[..., Network] = getattr(import_module(entry.module), entry.class_name)
    known = list(inspect.signature(network_class).parameters)
    for setting in config:
        if setting not in known:
            raise ModelError(
                f"Network '{name}' has no setting '{setting}'; {_nearest(setting, known)}."
            )
    return network_class(**{**entry.preset, **config})


def _find(name: str) -> Entry:
    by_name = {entry.name: entry for entry in NETWORKS}
    if name not in by_name:
        raise ModelError(f"No network is called {name!r}; {_nearest(str(name), by_name)}.")
    return by_name[name]


def _nearest(wanted: str, known: Iterable[str]) -> str:
    names = list(known)
    close = get_close_matches(wanted, names, n=1)
    if close:
        return f"did you mean '{close[0]}'"
    return f"choose one of {', '.join(sorted(names))}"
