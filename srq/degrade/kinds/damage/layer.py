"""What damage is made of: a layer that covers a picture, and shapes with smooth edges."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.degrade.degradation import Pixels, Setting
from srq.degrade.parameters import Choice, Number

Mask = NDArray[np.float64]

TONE = Choice("tone", ("light", "dark", "both"), default="light")
"""Whether damage shows as light, as dark, or as either, drawn for each mark."""

GATHERED = Number("gathered", 0, 1, default=0, added=True)
"""The share of marks that lie together in heaps; the others lie anywhere."""

_LIGHT, _DARK = 240.0, 18.0
_LUMA = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Layer:
    """``cover`` (H, W) of 0..1 says how much of a picture is hidden; ``tone`` (H, W, 3), what
    shows there in code values. Marks are laid over earlier ones."""

    cover: Mask
    tone: Mask

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> "Layer":
        """A layer that hides nothing."""
        return cls(np.zeros(shape), np.zeros((*shape, 3)))

    def over(self, picture: Pixels) -> Pixels:
        """The picture (H, W) or (H, W, 3) with the layer over it; float64."""
        cover, tone = self.cover, self.tone
        if picture.ndim == 2:
            return picture * (1 - cover) + cover * (tone @ _LUMA)
        return picture * (1 - cover[..., None]) + cover[..., None] * tone

    def add(self, top: int, left: int, cover: Mask, tone: tuple[float, float, float]) -> None:
        """Lay a mark over the layer, its upper left corner at a place that may be outside."""
        height, width = self.cover.shape
        rows = slice(max(0, top), min(height, top + cover.shape[0]))
        columns = slice(max(0, left), min(width, left + cover.shape[1]))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        mark = cover[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        below = self.cover[rows, columns]
        union = mark + below * (1 - mark)
        # The tone of what shows through is kept, by how much each has of the cover.
        share = np.divide(mark, union, out=np.zeros_like(mark), where=union > 0)[..., None]
        here = self.tone[rows, columns]
        self.tone[rows, columns] = here + share * (np.array(tone) - here)
        self.cover[rows, columns] = union


Draw = Callable[[tuple[int, int], Setting], Layer]
"""The damage of one picture of a height and width; all chance comes from the setting's rng."""


def applier(draw: Draw) -> Callable[[Pixels, Setting], Pixels]:
    """How a degradation applies the damage that ``draw`` draws."""

    def apply(picture: Pixels, setting: Setting) -> Pixels:
        return draw((picture.shape[0], picture.shape[1]), setting).over(picture)

    return apply


def tone_of(word: str, rng: np.random.Generator) -> tuple[float, float, float]:
    """A gray that TONE calls ``word``, a little different each time."""
    light = rng.random() < 0.5 if word == "both" else word == "light"
    level = float((_LIGHT if light else _DARK) + rng.uniform(-12, 12))
    return level, level, level


@dataclass(frozen=True)
class Places:
    """Where marks lie: anywhere, or a share ``gathered`` of them in a few heaps, each a middle
    (y, x) and a matrix that spreads its marks."""

    shape: tuple[int, int]
    gathered: float
    heaps: tuple[tuple[Mask, Mask], ...]

    @classmethod
    def drawn(cls, shape: tuple[int, int], gathered: float, rng: np.random.Generator) -> "Places":
        """The places of a picture's marks."""
        count = 1 + int(rng.poisson(1)) if gathered else 0
        return cls(shape, gathered, tuple(_heap(shape, rng) for _ in range(count)))

    def one(self, rng: np.random.Generator) -> Mask:
        """A place (y, x), which may be outside."""
        if self.gathered and rng.random() < self.gathered:
            middle, spread = self.heaps[int(rng.integers(len(self.heaps)))]
            return middle + spread @ rng.normal(0, 1, 2)
        return rng.uniform(0, self.shape)


def _heap(shape: tuple[int, int], rng: np.random.Generator) -> tuple[Mask, Mask]:
    angle = rng.uniform(0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    widths = max(shape) * np.exp(rng.uniform(np.log(0.02), np.log(0.25), 2))
    return rng.uniform(0, shape), turn * widths


def blob(
    layer: Layer,
    centre: tuple[float, float],
    radius: float,
    tone: tuple[float, float, float],
    rng: np.random.Generator,
    *,
    rough: float = 0.3,
    soft: float = 1.0,
    strength: float = 1.0,
) -> None:
    """Lay a round mark at (y, x), its edge uneven by the share ``rough`` and ``soft`` pixels wide.

    Marks smaller than a pixel are as faint as they are small.
    """
    waves = np.arange(2, 7)
    sizes = rough * rng.uniform(-1, 1, len(waves)) / waves
    turns = rng.uniform(0, 2 * np.pi, len(waves))
    reach = int(np.ceil(radius * (1 + np.abs(sizes).sum()) + soft + 1))
    top, left = int(np.floor(centre[0])) - reach, int(np.floor(centre[1])) - reach
    y, x = np.ogrid[: 2 * reach + 1, : 2 * reach + 1]
    dy, dx = y + top - centre[0], x + left - centre[1]
    angle = np.arctan2(dy, dx)
    edge = radius * (
        1 + sum(s * np.cos(w * angle + t) for w, s, t in zip(waves, sizes, turns, strict=True))
    )
    small = min(1.0, 2 * radius) ** 2
    cover = np.clip(0.5 + (edge - np.hypot(dy, dx)) / soft, 0, 1) * strength * small
    layer.add(top, left, cover, tone)


def stroke(
    layer: Layer,
    points: NDArray[np.float64],
    widths: NDArray[np.float64],
    strengths: NDArray[np.float64],
    tone: tuple[float, float, float],
) -> None:
    """Lay a line along ``points`` (n, 2) of (y, x), with the width and strength at each point.

    Its edges are a pixel wide; a line thinner than that is as faint as it is thin.
    """
    height, width = layer.cover.shape
    low = np.floor(points.min(axis=0) - widths.max() - 2).astype(int).clip(0)
    high = np.ceil(points.max(axis=0) + widths.max() + 2).astype(int)
    high = np.minimum(high, (height, width))
    if (high <= low).any():
        return
    cover = np.zeros(high - low)
    for k in range(len(points) - 1):
        _segment(
            cover, points[k] - low, points[k + 1] - low, widths[k : k + 2], strengths[k : k + 2]
        )
    layer.add(int(low[0]), int(low[1]), cover, tone)


def _segment(
    cover: Mask,
    begin: NDArray[np.float64],
    end: NDArray[np.float64],
    widths: NDArray[np.float64],
    strengths: NDArray[np.float64],
) -> None:
    """The larger of ``cover`` and of a line from one point to the next."""
    reach = widths.max() / 2 + 1
    low = np.floor(np.minimum(begin, end) - reach).astype(int).clip(0)
    high = np.ceil(np.maximum(begin, end) + reach + 1).astype(int)
    part = cover[low[0] : max(high[0], 0), low[1] : max(high[1], 0)]
    if not part.size:
        return
    y, x = np.ogrid[: part.shape[0], : part.shape[1]]
    dy, dx = y + low[0] - begin[0], x + low[1] - begin[1]
    along = end - begin
    length = max(float(along @ along), 1e-12)
    place = np.clip((dy * along[0] + dx * along[1]) / length, 0, 1)
    distance = np.hypot(dy - place * along[0], dx - place * along[1])
    wide = widths[0] + place * (widths[1] - widths[0])
    strong = strengths[0] + place * (strengths[1] - strengths[0])
    line = np.clip(np.maximum(wide, 1) / 2 + 0.5 - distance, 0, 1) * np.minimum(wide, 1) * strong
    np.maximum(part, line, out=part)


def wandering(
    begin: NDArray[np.float64],
    direction: float,
    length: float,
    bend: float,
    rng: np.random.Generator,
    pieces: int = 16,
) -> NDArray[np.float64]:
    """Points (pieces + 1, 2) of a line that begins at (y, x) and turns by ``bend`` on its way.

    ``direction`` is an angle in radians: 0 goes right, pi / 2 down.
    """
    turns = direction + np.cumsum(rng.normal(0, bend / np.sqrt(pieces), pieces))
    steps = np.stack([np.sin(turns), np.cos(turns)], axis=1) * (length / pieces)
    return np.concatenate([begin[None], begin + np.cumsum(steps, axis=0)])
