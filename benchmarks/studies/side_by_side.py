"""What does each rung of the ladder make of a picture? Crops side by side, to be looked at.

A row a picture: a crop as it is, each pixel a square, and enlarged by bicubic and by each network.
The crop is the one with most detail, or stands at --at. Networks of one scale are compared.

    python -m benchmarks.studies.side_by_side PICTURE... --networks kim-x2 medium-x2 --out FILE
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

import srq
from srq.image.depth import Pixels, to_depth
from srq.image.io import read
from srq.program import load
from srq.zoo import resolve

MARGIN = 24
"""LR pixels around a crop that are enlarged too: more than any network sees."""
GAP, HEAD = 8, 18


def main() -> int:
    options = _options()
    scales = {load(resolve(name, "program")).scale for name in options.networks}
    if len(scales) != 1:
        raise SystemExit("The networks enlarge by several scales; compare those of one.")
    (scale,) = scales
    rows = [row(path, options.networks, scale, options) for path in options.pictures]
    heads = ["as it is", "bicubic", *options.networks]
    side = options.size * scale
    width = len(heads) * (side + GAP) + GAP
    sheet = Image.new("RGB", (width, HEAD + len(rows) * (side + GAP + HEAD)), "white")
    pen = ImageDraw.Draw(sheet)
    for column, head in enumerate(heads):
        pen.text((GAP + column * (side + GAP), 4), head, fill="black")
    for number, (path, cells) in enumerate(zip(options.pictures, rows, strict=True)):
        top = HEAD + number * (side + GAP + HEAD)
        for column, cell in enumerate(cells):
            sheet.paste(Image.fromarray(cell), (GAP + column * (side + GAP), top))
        pen.text((GAP, top + side + 2), path.name, fill="black")
    sheet.save(options.out, optimize=True)
    return 0


def row(
    path: Path, networks: list[str], scale: int, options: argparse.Namespace
) -> list[NDArray[np.uint8]]:
    """A picture's crop as it is, by bicubic, and by each network, all of one size."""
    pixels = colour(read(path).pixels)
    top, left = options.at or most_detail(pixels, options.size)
    height, width = pixels.shape[:2]
    above, before = max(0, top - MARGIN), max(0, left - MARGIN)
    part = pixels[above : min(height, top + options.size + MARGIN)]
    part = part[:, before : min(width, left + options.size + MARGIN)]
    y, x = (top - above) * scale, (left - before) * scale
    side = options.size * scale

    def cut(enlarged: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.ascontiguousarray(enlarged[y : y + side, x : x + side])

    size = part.shape[1] * scale, part.shape[0] * scale
    image = Image.fromarray(np.ascontiguousarray(part))
    made = [
        cut(np.asarray(image.resize(size, kind)))
        for kind in (Image.Resampling.NEAREST, Image.Resampling.BICUBIC)
    ]
    made += [cut(srq.upscale(np.ascontiguousarray(part), model=name)) for name in networks]
    return made


def colour(pixels: Pixels) -> NDArray[np.uint8]:
    """RGB of 8 bits."""
    shown = to_depth(pixels, np.uint8)
    return np.repeat(shown[..., None], 3, axis=2) if shown.ndim == 2 else shown


def most_detail(pixels: NDArray[np.uint8], size: int) -> tuple[int, int]:
    """Top and left of the crop, on a grid of half crops, whose luma varies most from its blur."""
    luma = pixels.mean(axis=2)
    edges = np.abs(np.diff(luma, axis=0))[:, :-1] + np.abs(np.diff(luma, axis=1))[:-1]
    found = (-1.0, (0, 0))
    for top in range(0, max(1, luma.shape[0] - size + 1), max(1, size // 2)):
        for left in range(0, max(1, luma.shape[1] - size + 1), max(1, size // 2)):
            # Hard noise and flat skies have little of large steps; a mean would choose grain.
            part = edges[top : top + size, left : left + size]
            found = max(found, (float(np.percentile(part, 95)), (top, left)))
    return found[1]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--networks", nargs="+", required=True)
    parser.add_argument("--size", type=int, default=96, help="LR pixels a side of a crop")
    parser.add_argument("--at", type=int, nargs=2, metavar=("TOP", "LEFT"))
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
