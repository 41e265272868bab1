"""Draws the side-by-side figure: a picture on the left, captioned crops on the right."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

CROP_SIDE = 240
"""About how many pixels a crop is wide: it is enlarged by the whole factor that comes closest."""

_GAP = 18
_MARGIN = 24
_TITLE = 20
_NAME, _FIGURES = 17, 15
_CAPTION = _NAME + _FIGURES + 14
_INK, _QUIET, _ACCENT = (28, 28, 30), (110, 110, 116), (0, 96, 184)
_MARK = (255, 59, 48)
_PAPER = (255, 255, 255)


@dataclass(frozen=True)
class Panel:
    """A crop, uint8 (n, n, 3), with its name and the figures below it."""

    pixels: NDArray[np.uint8]
    name: str
    figures: str
    is_best: bool = False


def draw(
    picture: NDArray[np.uint8],
    crop: tuple[int, int, int],
    title: str,
    panels: Sequence[Panel],
) -> NDArray[np.uint8]:
    """The figure, uint8 (H, W, 3): ``picture`` with its ``crop`` (left, top, size) marked, and
    the panels in two rows. The best panel's figures are coloured."""
    factor = max(1, round(CROP_SIDE / crop[2]))
    side = crop[2] * factor
    columns = math.ceil(len(panels) / 2)
    height = 2 * (side + _CAPTION) + _GAP
    whole = _marked(picture, crop, height - _TITLE - 12)
    left = _MARGIN + whole.width + _GAP
    width = left + columns * (side + _GAP) - _GAP + _MARGIN
    canvas = Image.new("RGB", (width, height + 2 * _MARGIN), _PAPER)
    pen = ImageDraw.Draw(canvas)
    canvas.paste(whole, (_MARGIN, _MARGIN))
    _text(pen, (_MARGIN, _MARGIN + whole.height + 10), title, _TITLE - 3, _INK, whole.width)
    for index, panel in enumerate(panels):
        row, column = divmod(index, columns)
        x = left + column * (side + _GAP)
        y = _MARGIN + row * (side + _CAPTION + _GAP)
        enlarged = Image.fromarray(panel.pixels).resize((side, side), Image.Resampling.NEAREST)
        canvas.paste(enlarged, (x, y))
        _text(pen, (x, y + side + 7), panel.name, _NAME, _INK, side)
        colour = _ACCENT if panel.is_best else _QUIET
        _text(pen, (x, y + side + 10 + _NAME), panel.figures, _FIGURES, colour, side)
    return np.asarray(canvas)


def _marked(picture: NDArray[np.uint8], crop: tuple[int, int, int], height: int) -> Image.Image:
    """The picture at ``height`` pixels, the crop framed."""
    factor = height / picture.shape[0]
    size = (max(1, round(picture.shape[1] * factor)), height)
    whole = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
    left, top, side = (round(value * factor) for value in crop)
    frame = (left - 2, top - 2, left + side + 1, top + side + 1)
    ImageDraw.Draw(whole).rectangle(frame, outline=_MARK, width=3)
    return whole


def _text(
    pen: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    size: int,
    colour: tuple[int, int, int],
    width: int,
) -> None:
    """One line of text, in smaller letters where it would be wider than ``width``."""
    font = ImageFont.load_default(size)
    while size > 8 and font.getlength(text) > width:
        size -= 1
        font = ImageFont.load_default(size)
    pen.text(place, text, fill=colour, font=font)
