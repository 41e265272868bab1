"""What is measured on: the pictures of some sets, degraded by a protocol, one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from srq.datasets.benchmarks import BENCHMARKS
from srq.datasets.protocol import clean_pair, compressed_pair, luma_of
from srq.errors import ConfigError, DataError
from srq.evaluate.engine import Luma
from srq.evaluate.sources import Source, find_sources
from srq.registry import suggestion

TABLE1_SETS = BENCHMARKS
COMPRESSED_SETS = ("Set5", "Set14", "B100")
COMPRESSED_QUALITIES = tuple(range(10, 100, 10))
CLEAN = "clean"
SHOWN = "Set14/zebra"
"""The picture of a figure: its stripes show what a network does."""

_FEW = 12
"""So many pictures are named in a sentence."""


@dataclass(frozen=True)
class Case:
    """One measurement to make: luma ``lr`` uint8 (h, w) and ``hr`` uint8 (s*h, s*w).

    ``condition`` is what LR went through: "clean", a JPEG quality such as "Q30", or the recipe
    that a manifest names.
    """

    source: Source
    condition: str
    lr: Luma
    hr: Luma


class Suite:
    """The cases of some sets at one scale, made as they are asked for; ``len`` counts them.

    A set is a test set, a folder of HR pictures, or a manifest (see ``find_sources``). Without
    ``qualities`` the clean protocol makes one case of each picture; with them, the compressed
    protocol makes one for each JPEG quality. A manifest brings its own LR pictures.

    Raises ConfigError for a quality that JPEG does not know, or qualities for a manifest;
    DataError for a set that cannot be found, two pictures of one name in a set, or a manifest
    of another scale.
    """

    def __init__(
        self, sets: Sequence[str], *, scale: int = 2, qualities: Sequence[int] = ()
    ) -> None:
        self.scale = scale
        self.qualities = tuple(qualities)
        for quality in self.qualities:
            if not 1 <= quality <= 100:
                raise ConfigError(f"A JPEG quality must be from 1 to 100, not {quality}.")
        self.sources: list[Source] = []
        seen: set[tuple[str, str]] = set()
        for source in (source for name in sets for source in find_sources(name)):
            self._check(source)
            if (source.set, source.name) in seen:
                raise DataError(
                    f"Two pictures are called {source.set}/{source.name}; rename one, so that"
                    " their figures can be told apart."
                )
            seen.add((source.set, source.name))
            self.sources.append(source)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions of the cases, in order."""
        names: dict[str, None] = {}
        for source in self.sources:
            names.update(dict.fromkeys(self._conditions(source)))
        return tuple(names)

    def __len__(self) -> int:
        return sum(len(self._conditions(source)) for source in self.sources)

    def __iter__(self) -> Iterator[Case]:
        for source in self.sources:
            yield from self.cases(source)

    def cases(self, source: Source) -> Iterator[Case]:
        """The cases of one picture, which is read once."""
        picture = source.read()
        if source.lows:
            hr = luma_of(picture)
            for low, condition in zip(source.lows, self._conditions(source), strict=True):
                lr = luma_of(low.read())
                if hr.shape != (lr.shape[0] * self.scale, lr.shape[1] * self.scale):
                    raise DataError(
                        f"{source.path} is {hr.shape[1]}x{hr.shape[0]}, not {self.scale} times"
                        f" its LR picture {low.name}, which is {lr.shape[1]}x{lr.shape[0]}."
                    )
                yield Case(source, condition, lr, hr)
        elif not self.qualities:
            yield Case(source, CLEAN, *clean_pair(picture, self.scale))
        else:
            for quality in self.qualities:
                pair = compressed_pair(picture, self.scale, quality)
                yield Case(source, f"Q{quality}", *pair)

    def source(self, name: str) -> Source:
        """The picture called SET/PICTURE, such as Set14/zebra, or PICTURE where only one has that
        name, or by its file; DataError if there is none."""
        for source in self.sources:
            if f"{source.set}/{source.name}" == name:
                return source
        found = [s for s in self.sources if name in (s.name, s.path.name) or s.path == Path(name)]
        if len(found) == 1:
            return found[0]
        known = [f"{source.set}/{source.name}" for source in self.sources]
        if found:
            sets = ", ".join(f"{source.set}/{source.name}" for source in found)
            raise DataError(f"Several pictures are called '{name}'; choose one of {sets}.")
        near = suggestion(name, known) if len(known) <= _FEW else f"one is '{known[0]}'."
        raise DataError(f"The sets measured hold no picture '{name}'; {near}")

    @property
    def shown(self) -> Source:
        """The picture of a figure where none is named: ``SHOWN``, or else the first that is not
        a manifest's."""
        names = [f"{source.set}/{source.name}" for source in self.sources]
        if SHOWN in names:
            return self.sources[names.index(SHOWN)]
        return next((s for s in self.sources if not s.lows), self.sources[0])

    def _conditions(self, source: Source) -> list[str]:
        if source.lows:
            return [low.output or low.recipe or low.path.stem for low in source.lows]
        return [f"Q{quality}" for quality in self.qualities] or [CLEAN]

    def _check(self, source: Source) -> None:
        if source.lows and self.qualities:
            raise ConfigError(
                f"The manifest '{source.set}' brings its own LR pictures; measure it without"
                " JPEG qualities."
            )
        if source.scale not in (None, self.scale):
            raise DataError(
                f"The manifest '{source.set}' is of scale {source.scale}, the measurement of"
                f" scale {self.scale}; choose models of its scale."
            )
