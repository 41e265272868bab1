"""What enlarges pictures: one network for all of them, or for each the one that suits it."""

from dataclasses import dataclass, replace
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
from srq.upscaling.speed import frames_a_second
from srq.zoo.choice import AUTO, Choice, choose
from srq.zoo.networks import (
    OF_PICTURES,
    OF_VIDEOS,
    QUALITIES,
    Quality,
    at_scale,
    network_for,
    quality_named,
)

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

    def take_for_video(self, coding: Coding, size: tuple[int, int] | None = None) -> Taken:
        """The network for a video that was coded so; of frames of that height and width, where
        that is known."""
        return self._only

    def fingerprint(self) -> Any:
        """All that decides which bits come out, as plain values."""
        return self._only.engine.program.fingerprint


class ZooNetworks(Networks):
    """The zoo's networks of one scale: each is opened when a picture first wants it.

    quality: of the networks; None takes what is usual for pictures, or for videos.
    fps:     of a video the best network that makes so many frames a second, by a measurement.

    It may be asked by several threads. Raises ConfigError for a scale that the zoo does not
    have, and for another quality than there is; ModelError where the zoo is empty, and what
    ``open_model`` raises.
    """

    def __init__(
        self,
        scale: int = SCALE,
        engine: str = FASTEST,
        threads: int | None = None,
        *,
        quality: str | None = None,
        fps: float | None = None,
    ) -> None:
        if quality is not None and fps is not None:
            raise ConfigError(
                "A quality and a frame rate exclude each other; leave one of --quality and --fps"
                " out."
            )
        self._quality: Quality | None = None if quality is None else quality_named(quality)
        self._fps = fps
        self._names = at_scale(scale)
        self.scale = scale
        self.model = AUTO
        self.only = None
        self._how = engine, threads
        # One is opened now, so that an engine which cannot be had is told at once.
        first = network_for(scale, "clean", self._quality or OF_PICTURES)
        self._opened = {first: open_model(first, engine, threads)}
        self.engine = self._opened[first].name
        self._lock = Lock()

    def take(self, coding: Coding | None, pixels: Pixels | None = None) -> Taken:
        """The network that suits what was coded so."""
        return self._chosen(choose(self.scale, coding, pixels, self._quality or OF_PICTURES))

    def take_for_video(self, coding: Coding, size: tuple[int, int] | None = None) -> Taken:
        """The network that suits what was coded so and, where a rate is wanted, keeps it up."""
        if self._fps is None or size is None:
            return self._chosen(choose(self.scale, coding, quality=self._quality or OF_VIDEOS))
        best, reached = None, 0.0
        for quality in QUALITIES:  # each is several times as fast as the next
            taken = self._chosen(choose(self.scale, coding, quality=quality))
            if best is not None and taken.model == best.model:
                continue
            rate = frames_a_second(taken.engine, size)
            if best is not None and rate < self._fps:
                break
            best, reached = taken, rate
        assert best is not None
        told = f"{best.reason}; it makes {reached:.3g} frames a second here"
        return replace(best, reason=told)

    def _chosen(self, choice: Choice) -> Taken:
        with self._lock:
            if choice.network not in self._opened:
                self._opened[choice.network] = open_model(choice.network, *self._how)
            engine = self._opened[choice.network]
        return Taken(choice.network, engine, choice.source, choice.reason)

    def fingerprint(self) -> Any:
        """All that decides which bits come out, as plain values."""
        known = {name: load(zoo.resolve(name, "program")).fingerprint for name in self._names}
        return {"quality": self._quality, **known}


def open_networks(
    model: str | Path | Program | Engine = AUTO,
    scale: int | None = None,
    engine: str = FASTEST,
    threads: int | None = None,
    *,
    quality: str | None = None,
    fps: float | None = None,
) -> Networks:
    """What ``model`` stands for: "auto", or what ``open_model`` takes.

    ``quality`` and ``fps`` are for "auto", as in ``ZooNetworks``. Raises ConfigError for a
    ``scale`` that it does not have, and what ``ZooNetworks`` and ``open_model`` raise.
    """
    if model == AUTO:
        scale = SCALE if scale is None else scale
        return ZooNetworks(scale, engine, threads, quality=quality, fps=fps)
    if quality is not None or fps is not None:
        option = "--fps" if quality is None else "--quality"
        raise ConfigError(
            f"{option} chooses among the networks of the zoo, and {_name(model)} is named; leave"
            " one of them out."
        )
    opened = open_model(model, engine, threads)
    if scale not in (None, opened.scale):
        raise ConfigError(
            f"{_name(model)} enlarges by {opened.scale}, not by {scale}; leave one of --model and"
            " --scale out."
        )
    return Networks(opened, str(model) if isinstance(model, str | Path) else None)


def _name(model: str | Path | Program | Engine) -> str:
    if isinstance(model, str | Path):
        return str(model)
    return model.name if isinstance(model, Program) else model.program.name


def networks_of(engine: Engine | Networks) -> Networks:
    """An engine as the one network that is taken for everything; Networks as they are."""
    return engine if isinstance(engine, Networks) else Networks(engine)
