"""What enlarges pictures: one network for all of them, or for each the one that suits it."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from srq import zoo
from srq.engines import AUTO as FASTEST
from srq.engines import Engine
from srq.errors import ConfigError
from srq.image.coding import Coding
from srq.image.depth import Pixels
from srq.program import Program, load
from srq.upscaling.engine import open_model
from srq.zoo.choice import AUTO, choose
from srq.zoo.networks import at_scale

SCALE = 2
"""What pictures are enlarged by where neither a model nor a scale is named."""


@dataclass(frozen=True)
class Taken:
    """A network that was taken for a picture or a video.

    model:  its name in the zoo, or what the user named.
    source: what it was taken for, in a word or two ("JPEG"); None where the user named it.
    reason: the same and what decided ("JPEG of quality 75").
    """

    model: str
    engine: Engine
    source: str | None = None
    reason: str | None = None


class Networks:
    """One network: it is taken for everything.

    scale:  by which all are enlarged.
    model:  the name that the user gave.
    engine: the name of the engine that runs it.
    only:   the network, made ready, where it is known before anything is taken.
    """

    only: Engine | None

    def __init__(self, engine: Engine, model: str | None = None) -> None:
        self.scale = engine.scale
        self.model = engine.program.name if model is None else model
        self.engine = engine.name
        self.only = engine
        self._only = Taken(self.model, engine)

    def take(self, coding: Coding | None, pixels: Pixels | None = None) -> Taken:
        """The network for what was coded so; ``pixels``, if known, are (H, W) or (H, W, 3)."""
        return self._only

    def fingerprint(self) -> Any:
        """All that decides which bits come out, as plain values."""
        return self._only.engine.program.fingerprint


class ZooNetworks(Networks):
    """The zoo's networks of one scale: each is opened when a picture first wants it.

    It may be asked by several threads. Raises ConfigError for a scale that the zoo does not
    have, ModelError where the zoo is empty, and what ``open_model`` raises.
    """

    def __init__(
        self, scale: int = SCALE, engine: str = FASTEST, threads: int | None = None
    ) -> None:
        self._names = at_scale(scale)
        self.scale = scale
        self.model = AUTO
        self.only = None
        self._how = engine, threads
        # The first one is opened now, so that an engine which cannot be had is told at once.
        first = next(iter(self._names))
        self._opened = {first: open_model(first, engine, threads)}
        self.engine = self._opened[first].name
        self._lock = Lock()

    def take(self, coding: Coding | None, pixels: Pixels | None = None) -> Taken:
        """The network that suits what was coded so."""
        choice = choose(self.scale, coding, pixels)
        with self._lock:
            if choice.network not in self._opened:
                self._opened[choice.network] = open_model(choice.network, *self._how)
            engine = self._opened[choice.network]
        return Taken(choice.network, engine, choice.source, choice.reason)

    def fingerprint(self) -> Any:
        """All that decides which bits come out, as plain values."""
        return {name: load(zoo.resolve(name, "program")).fingerprint for name in self._names}


def open_networks(
    model: str | Path | Program | Engine = AUTO,
    scale: int | None = None,
    engine: str = FASTEST,
    threads: int | None = None,
) -> Networks:
    """What ``model`` stands for: "auto", or what ``open_model`` takes.

    Raises ConfigError for a ``scale`` that it does not have, and what ``open_model`` raises.
    """
    if model == AUTO:
        return ZooNetworks(SCALE if scale is None else scale, engine, threads)
    opened = open_model(model, engine, threads)
    if scale not in (None, opened.scale):
        name = model if isinstance(model, str | Path) else opened.program.name
        raise ConfigError(
            f"{name} enlarges by {opened.scale}, not by {scale}; leave one of --model and"
            " --scale out."
        )
    return Networks(opened, str(model) if isinstance(model, str | Path) else None)


def networks_of(engine: Engine | Networks) -> Networks:
    """An engine as the one network that is taken for everything; Networks as they are."""
    return engine if isinstance(engine, Networks) else Networks(engine)
