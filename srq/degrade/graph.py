"""The nodes of a recipe: steps, forks, choices and shuffles, and what one seed draws of them."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

from srq.degrade.degradation import Degradation
from srq.degrade.distributions import Distribution, Options, Value

Place = tuple[str, ...]
"""Where a node stands: the branches and groups that lead to it. Its draws depend on this, on its
kind, on how many of the kind come before it in the same branch, and on the seed, so that other
nodes may come and go without shifting them."""


@dataclass(frozen=True)
class Step:
    """A degradation, how often it happens, and what may be drawn.

    ``occurrence`` counts the earlier steps of the same kind in the same branch.
    """

    degradation: Degradation
    probability: float
    distributions: Mapping[str, Distribution]
    occurrence: int

    @property
    def varies(self) -> bool:
        """Whether two seeds can give two different results."""
        return (
            self.probability < 1
            or self.degradation.stochastic
            or any(found.varies for found in self.distributions.values())
        )

    def draw(self, seed: Sequence[int], place: Place = (), known: "Known | None" = None) -> "Drawn":
        """This step's chance for one picture; the same object if ``known`` has it already."""
        key = _key(place, self.degradation.kind, self.occurrence)
        if known is not None and key in known.steps:
            return known.steps[key]
        rng = _generator(seed, key)
        # One number for each parameter, drawn or not: a constant made a range shifts nothing.
        first = [one.name for one in self.degradation.parameters if not one.added]
        happens, *rest = rng.random(1 + len(first)).tolist()
        chances = dict(zip(first, rest, strict=True))
        values = {
            name: distribution.at(chances[name] if name in chances else _apart(seed, key, name))
            for name, distribution in self.distributions.items()
        }
        drawn = Drawn(self.degradation, happens < self.probability, values, rng, key)
        if known is not None:
            known.steps[key] = drawn
        return drawn


@dataclass(frozen=True)
class OneOf:
    """Branches of which one is drawn, by weight."""

    branches: Mapping[str, "Chain"]
    weights: tuple[float, ...]  # equal where there are none
    probability: float
    occurrence: int

    @property
    def varies(self) -> bool:
        """Whether two seeds can give two different results."""
        return self.probability < 1 or len(self.branches) > 1 or _vary(self.branches.values())

    def draw(self, seed: Sequence[int], place: Place, known: "Known | None" = None) -> str | None:
        """The name of the branch for one picture; None where none is taken."""
        key = _key(place, "one_of", self.occurrence)
        if known is not None and key in known.branches:
            return known.branches[key]
        happens, u = _generator(seed, key).random(2).tolist()
        name = None
        if happens < self.probability:
            name = str(Options(tuple(self.branches), self.weights).at(u))
        if known is not None:
            known.branches[key] = name
        return name


@dataclass(frozen=True)
class Shuffle:
    """Items in an order that is drawn.

    An item is a chain. Its nodes keep their order, though nodes of other items come between.
    """

    items: tuple["Chain", ...]
    probability: float
    occurrence: int

    @property
    def varies(self) -> bool:
        """Whether two seeds can give two different results."""
        return self.probability < 1 or len(self.items) > 1 or _vary(self.items)

    def draw(self, seed: Sequence[int], place: Place) -> "Chain":
        """All nodes in the order for one picture; none where the shuffle does not happen."""
        rng = _generator(seed, _key(place, "shuffle", self.occurrence))
        if rng.random() >= self.probability:
            return ()
        owners = [number for number, item in enumerate(self.items) for _ in item]
        waiting = [iter(item) for item in self.items]
        return tuple(next(waiting[owners[position]]) for position in rng.permutation(len(owners)))


@dataclass(frozen=True)
class Fork:
    """Branches that are all taken, each to outputs of its own."""

    branches: Mapping[str, "Chain"]

    @property
    def varies(self) -> bool:
        """Whether two seeds can give two different results, where one output is drawn too."""
        return len(self.branches) > 1 or _vary(self.branches.values())


Node = Step | OneOf | Shuffle | Fork
Chain = tuple[Node, ...]


@dataclass(frozen=True)
class Drawn:
    """A step with its values fixed for one picture; ``rng`` supplies what remains (noise).

    Steps of one seed with the same ``key`` are the same step.
    """

    degradation: Degradation
    happens: bool
    values: Mapping[str, Value]
    rng: np.random.Generator
    key: tuple[int, ...]

    def record(self) -> dict[str, Value]:
        """The step as a manifest notes it, e.g. ``{"kind": "jpeg", "quality": 83, ...}``."""
        return {"kind": self.degradation.kind, **self.values}


@dataclass(frozen=True)
class Known:
    """What was drawn for a seed, by keys: steps, and which branch a choice takes."""

    steps: dict[tuple[int, ...], Drawn] = field(default_factory=dict[tuple[int, ...], Drawn])
    branches: dict[tuple[int, ...], str | None] = field(
        default_factory=dict[tuple[int, ...], str | None]
    )


def paths(chain: Chain) -> list[tuple[str, ...]]:
    """The branches taken to each output of ``chain``, in order."""
    for number, node in enumerate(chain):
        if isinstance(node, Fork):
            rest = paths(chain[number + 1 :])
            return [
                (name, *inner, *after)
                for name, branch in node.branches.items()
                for inner in paths(branch)
                for after in rest
            ]
    return [()]


def steps_on(chain: Chain, path: Sequence[str]) -> Iterator[tuple[Step, bool]]:
    """The steps that can happen on the way along ``path``, and whether each is certain to."""
    names = iter(path)

    def walk(chain: Chain, certain: bool) -> Iterator[tuple[Step, bool]]:
        for node in chain:
            if isinstance(node, Step):
                yield node, certain and node.probability == 1
            elif isinstance(node, Fork):
                yield from walk(node.branches[next(names)], certain)
            elif isinstance(node, OneOf):
                for branch in node.branches.values():
                    yield from walk(branch, False)
            else:
                for item in node.items:
                    yield from walk(item, certain and node.probability == 1)

    return walk(chain, True)


def without(chain: Chain, families: Collection[str]) -> Chain:
    """``chain`` less the steps of these families, wherever they stand; what is left of a group
    stays a group. Other steps draw what they did, but for their order in a shuffle."""
    left: list[Node] = []
    for node in chain:
        if isinstance(node, Step):
            if node.degradation.family not in families:
                left.append(node)
        elif isinstance(node, Shuffle):
            items = tuple(without(item, families) for item in node.items)
            left.append(replace(node, items=items))
        else:
            branches = {name: without(rest, families) for name, rest in node.branches.items()}
            left.append(replace(node, branches=branches))
    return tuple(left)


def draw(
    chain: Chain,
    path: Sequence[str],
    seed: Sequence[int],
    place: Place = (),
    known: Known | None = None,
) -> tuple[Drawn, ...]:
    """The steps that happen on the way along ``path`` for the picture with this seed, in order.

    Steps are looked up in ``known``, and added to it, so that several ways draw what they have
    in common once.
    """
    drawn, _ = _draw(chain, tuple(path), seed, place, known)
    return tuple(step for step in drawn if step.happens)


def _draw(
    chain: Chain, path: tuple[str, ...], seed: Sequence[int], place: Place, known: Known | None
) -> tuple[list[Drawn], tuple[str, ...]]:
    """The steps along ``path``, and what is left of it behind ``chain``."""
    drawn: list[Drawn] = []
    for node in chain:
        if isinstance(node, Step):
            drawn.append(node.draw(seed, place, known))
            continue
        if isinstance(node, Fork):
            name, *_ = path
            inner, rest = _draw(node.branches[name], path[1:], seed, (*place, f"/{name}"), known)
            # What follows a fork knows the branches taken, but stands in none of them.
            place = (*place, *path[: len(path) - len(rest)])
            path = rest
        elif isinstance(node, OneOf):
            name = node.draw(seed, place, known)
            branch = () if name is None else node.branches[name]
            within = (*place, f"one_of {node.occurrence}", f"/{name}")
            inner, _ = _draw(branch, (), seed, within, known)
        else:
            order = node.draw(seed, place)
            inner, _ = _draw(order, (), seed, (*place, f"shuffle {node.occurrence}"), known)
        drawn += inner
    return drawn, path


def _vary(chains: Iterable[Chain]) -> bool:
    return any(node.varies for chain in chains for node in chain)


# Every picture asks for the same keys.
@lru_cache(maxsize=4096)
def _key(place: Place, kind: str, occurrence: int) -> tuple[int, ...]:
    return (*(_number(name) for name in place), _number(kind), occurrence)


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


class _Digest(ISeedSequence):
    """Seeds a generator by a hash; NumPy's own way takes longer than many steps."""

    def __init__(self, digest: bytes) -> None:
        self.digest = digest

    def generate_state(self, n_words: int, dtype: type = np.uint32) -> NDArray[Any]:
        return np.frombuffer(self.digest, dtype)[:n_words]


def _apart(seed: Sequence[int], key: tuple[int, ...], name: str) -> float:
    """The number of a parameter that was added later, 0 to 1: it takes none from the others."""
    return float(np.random.Generator(np.random.PCG64(_hashed(*seed, key, name))).random())


def _hashed(*parts: Any) -> Any:
    return _Digest(hashlib.sha256(repr(parts).encode()).digest())


def _generator(seed: Sequence[int], key: tuple[int, ...]) -> np.random.Generator:
    sequence: Any  # NumPy's stubs know its own sequences only.
    if len(key) == 2:  # Outside of all branches: lists have always drawn so.
        sequence = np.random.SeedSequence(seed, spawn_key=key)
    else:
        sequence = _hashed(*seed, key)
    return np.random.Generator(np.random.PCG64(sequence))
