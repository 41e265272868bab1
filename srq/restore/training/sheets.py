"""Sheets: squares of clean pictures, spoiled whole, from which the crops of many batches are cut.

Damage takes longer to draw than a step to take. So a sheet is drawn once and serves for as long
as it stays in the window, which moves on with the steps. A batch still depends on the seed and
the step alone: sheet k is always the same, and the step says which sheets are in the window.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srq.degrade import Recipe
from srq.degrade.masked import Spoiled, spoiled
from srq.errors import DataError
from srq.image.resize import bicubic
from srq.restore.defects import suspected
from srq.restore.training.config import PicturesConfig
from srq.restore.training.filled import Find, filled, marked
from srq.restore.training.photographs import Pixels, in_three

_WHOLE_EACH = 4
"""Each fourth sheet is undamaged."""

_KINDS = 2 * _WHOLE_EACH
"""So many sheets, of which the first half is spoiled as the recipe says. In the other half colours
are not spoiled, and to the undamaged sheet nothing is done at all."""

_PLANES = 12

SEEN = 10
"""The change, in code values, from which on damage can be seen."""

_REDUCED = 0.5
"""How often a sheet is cut larger and reduced, by up to two."""

LUMA = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class _Shown:
    """Planes of pixels side by side, uint8, their ``axis`` the channels."""

    planes: Pixels
    axis: int

    def _part(self, *channels: int) -> Pixels:
        return self.planes[(slice(None),) * self.axis + (slice(*channels),)]

    @property
    def clean(self) -> Pixels:
        """Three channels, before anything was done to them."""
        return self._part(0, 3)

    @property
    def spoiled(self) -> Pixels:
        """Three channels, as an old photograph shows them."""
        return self._part(3, 6)

    @property
    def mask(self) -> Pixels:
        """How much damage hides of each pixel, 0 to 255."""
        return self._part(6, 7)

    @property
    def change(self) -> Pixels:
        """By how much damage changed it, in code values."""
        return self._part(7, 8)

    @property
    def marked(self) -> Pixels:
        """How surely it is said to be damaged, 0 to 255; mistakes may be among that."""
        return self._part(8, 9)

    @property
    def filled(self) -> Pixels:
        """Three channels, spoiled, but filled where it may be damaged."""
        return self._part(9, 12)


@dataclass(frozen=True)
class Sheet(_Shown):
    """A square: all channels are (S, S, n)."""

    axis: int = 2


@dataclass(frozen=True)
class Crops(_Shown):
    """Crops: all channels are (N, n, C, C); and the ``sheets`` from which they were cut."""

    axis: int = 1
    sheets: tuple[Sheet, ...] = ()


class Sheets:
    """Draws sheets of ``pictures`` and cuts batches of them.

    damaged:  whether anything is damaged. Without, a scanner's blur, noise and JPEG are all.
    faded:    whether colours are spoiled too, of every other sheet. Without, tones are those of
              the clean picture.
    filling:  whether what is damaged is marked and filled.
    find:     what marks it, of all sheets but a share ``told``, whose marks are the true ones;
              of all sheets where it is None.
    drawn:    of how many crops a damaged one is the most damaged.
    """

    def __init__(
        self,
        pictures: Sequence[Pixels],
        config: PicturesConfig,
        seed: int,
        *,
        damaged: bool = True,
        faded: bool = True,
        filling: bool = False,
        find: Find | None = None,
        told: float = 0.0,
        drawn: int = 1,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self._pictures = with_room(pictures, config.sheet)
        self._config = config
        recipe = Recipe.load(config.recipe)
        recipe = recipe if damaged else recipe.without(("damage",))
        self._unfading = recipe.without(("colour",))
        self._recipe = recipe if faded else self._unfading
        self._undamaging = self._recipe.without(("damage",))
        self._filling, self._find, self._told = filling, find, told
        self._choice = drawn
        self._seed = seed
        self._rank, self._world = rank, world
        self._drawn: dict[int, Sheet] = {}

    def sheet(self, number: int) -> Sheet:
        """Sheet ``number``; it is kept until the window has moved past it."""
        if number not in self._drawn:
            self._drawn[number] = self._draw(number)
        return self._drawn[number]

    def crops(self, step: int, batch: int, side: int, whole: float) -> Crops:
        """This process's crops of ``step``; a share ``whole`` of the batch is undamaged."""
        config = self._config
        first = step // config.turnover
        for number in [number for number in self._drawn if number < first]:
            del self._drawn[number]
        rng = np.random.default_rng([self._seed, 1, step])
        draws = rng.random((batch, self._choice, 4))
        undamaged = round(whole * batch)
        window = range(first, first + config.window)
        groups = (
            [number for number in window if number % _WHOLE_EACH == 0],
            [number for number in window if number % _WHOLE_EACH],
        )
        cut: list[Pixels] = []
        used: list[Sheet] = []
        for slot in range(self._rank, batch, self._world):
            group = groups[slot >= undamaged]
            looks = [self._look(group, side, u) for u in draws[slot]]
            look = max(looks, key=_Look.outlines) if self._choice > 1 else looks[0]
            used.append(look.sheet)
            cut.append(look.crop())
        planes = np.stack(cut) if cut else np.empty((0, _PLANES, side, side), np.uint8)
        return Crops(planes, sheets=tuple(used))

    def _look(self, numbers: Sequence[int], side: int, u: NDArray[np.float64]) -> "_Look":
        """One of the sheets, and a place in it, as four numbers of 0 to 1 say."""
        sheet = self.sheet(numbers[int(u[0] * len(numbers))])
        top, left = (int(v * (self._config.sheet - side + 1)) for v in u[1:3])
        return _Look(sheet, top, left, side, int(u[3] * 8))

    def _draw(self, number: int) -> Sheet:
        config = self._config
        rng = np.random.default_rng([self._seed, 2, number])
        picture = self._pictures[int(rng.integers(len(self._pictures)))]
        clean = square(picture, config.sheet, rng, gray=config.gray)
        made = self._spoiled(clean, number)
        mask = np.floor(255 * made.mask + 0.5).astype(np.uint8)
        change = np.clip(made.change, 0, 255).astype(np.uint8)
        mark, whole = np.zeros_like(mask), made.pixels
        if self._filling:
            told = rng.random() < self._told
            if self._find is None or told:
                mark = marked(mask)
                hidden = mark > 0
            else:
                found = self._find(made.pixels)
                mark = np.floor(255 * found + 0.5).astype(np.uint8)
                hidden = suspected(found)
            whole = filled(made.pixels, hidden)
        flat = (plane[..., None] for plane in (mask, change, mark))
        return Sheet(np.concatenate([clean, made.pixels, *flat, whole], axis=2))

    def _spoiled(self, clean: Pixels, number: int) -> Spoiled:
        """What becomes of sheet ``number``; see _KINDS."""
        plain = number % _KINDS >= _WHOLE_EACH
        if number % _WHOLE_EACH:
            recipe = self._unfading if plain else self._recipe
        elif plain:
            nothing = np.zeros(clean.shape[:2])
            return Spoiled(clean, nothing, nothing)
        else:
            recipe = self._undamaging
        return spoiled(recipe, clean, [self._seed, 3, number])


@dataclass(frozen=True)
class _Look:
    """A square crop of a sheet, seen through one of the eight symmetries."""

    sheet: Sheet
    top: int
    left: int
    side: int
    turn: int

    def crop(self) -> Pixels:
        """(channels, side, side)."""
        return _window(self.sheet.planes, self.top, self.left, self.side, self.turn)

    def outlines(self) -> int:
        """How long the outlines of all damage are that can be seen: of what is thin or small it is
        the measure, and large holes have little."""
        rows, columns = (slice(first, first + self.side) for first in (self.top, self.left))
        seen = self.sheet.change[rows, columns, 0] >= SEEN
        return sum(int(np.count_nonzero(np.diff(seen, axis=axis))) for axis in (0, 1))


def with_room(pictures: Sequence[Pixels], side: int) -> Sequence[Pixels]:
    """Those of the pictures that a sheet of that ``side`` can be cut from; DataError for none."""
    large = [picture for picture in pictures if min(picture.shape[:2]) >= side]
    if not large:
        raise DataError(
            f"None of the {len(pictures)} pictures has {side} pixels on each side; set the 'sheet' "
            "of the stage lower, or 0 for that of the data."
        )
    return large


def square(picture: Pixels, side: int, rng: np.random.Generator, *, gray: float) -> Pixels:
    """A square (side, side, 3) from anywhere in a picture, at times reduced, and, in a share
    ``gray`` of the cases, gray."""
    room = min(picture.shape[:2]) / side
    reduced = rng.random() < _REDUCED
    factor = float(rng.uniform(1, min(2, room)))
    taken = round(side * factor) if reduced else side
    top, left = (int(rng.integers(length - taken + 1)) for length in picture.shape[:2])
    piece = picture[top : top + taken, left : left + taken]
    to_gray = rng.random() < gray
    if piece.ndim == 3 and to_gray:
        piece = np.floor(piece @ LUMA + 0.5).astype(np.uint8)
    if taken != side:
        piece = bicubic(piece, size=(side, side))
    return np.ascontiguousarray(in_three(piece))


def _window(pixels: Pixels, top: int, left: int, side: int, turn: int) -> Pixels:
    """A square crop (channels, side, side), seen through one of the eight symmetries."""
    crop = np.rot90(pixels[top : top + side, left : left + side], turn % 4)
    if turn >= 4:
        crop = crop[:, ::-1]
    return np.ascontiguousarray(crop.transpose(2, 0, 1))
