"""Contact sheets: many small pictures in one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from srq.datasets.curate.views import View, pixels_of

_COLUMNS = 6
_SIDE = 148
_GAP = 8
_CAPTION = 16
_BACKGROUND = (32, 32, 34)
_INK = (200, 200, 204)
_MOST_LETTERS = 24


def contact_sheet(views: Sequence[View], folder: str) -> NDArray[np.uint8]:
    """The views of pictures below ``folder``, row by row, with their names; uint8 (H, W, 3)."""
    columns = min(_COLUMNS, len(views))
    rows = -(-len(views) // columns)
    across, down = _SIDE + _GAP, _SIDE + _CAPTION + _GAP
    sheet = Image.new("RGB", (columns * across + _GAP, rows * down + _GAP), _BACKGROUND)
    pen = ImageDraw.Draw(sheet)
    for number, view in enumerate(views):
        (pixels,) = pixels_of(folder, [view])
        small = Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB")
        small.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
        left = _GAP + number % columns * across
        top = _GAP + number // columns * down
        sheet.paste(small, (left + (_SIDE - small.width) // 2, top + (_SIDE - small.height) // 2))
        pen.text((left, top + _SIDE + 2), _short(view.label), fill=_INK)
    return np.asarray(sheet)


def _short(label: str) -> str:
    """The end of a label, in letters that Pillow's own font has."""
    shown = "".join(c if " " <= c <= "~" else "?" for c in label)
    return shown if len(shown) <= _MOST_LETTERS else "..." + shown[3 - _MOST_LETTERS :]
