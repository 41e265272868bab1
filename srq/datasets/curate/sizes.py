"""More views of a picture: at several scales, and in tiles."""

from collections.abc import Iterator

from srq.datasets.curate.stages import Multiscale, Tiles
from srq.datasets.curate.views import View


def multiscale(view: View, stage: Multiscale) -> Iterator[View]:
    """The picture at each of the scales, sides cut down to whole pixels, then with its shortest
    edge as asked; sizes that were there already, empty ones and larger ones are left out."""
    source = view.source
    sizes = [(int(source.height * scale), int(source.width * scale)) for scale in stage.scales]
    shortest = min(source.height, source.width)
    edge = stage.shortest_edge
    if edge is not None and edge <= shortest:
        sizes.append((source.height * edge // shortest, source.width * edge // shortest))
    for number, (height, width) in enumerate(dict.fromkeys(sizes)):
        if min(height, width) > 0:
            yield View(source, height, width, number)


def tiles(view: View, stage: Tiles) -> Iterator[View]:
    """Squares of the picture row by row, the last of a row and a column flush with the border;
    none of a picture that is smaller."""
    height, width = view.size
    number = 0
    for top in starts(height, stage.size, stage.step):
        for left in starts(width, stage.size, stage.step):
            number += 1
            yield view.cut((top, left, stage.size, stage.size), number)


def starts(length: int, size: int, step: int) -> list[int]:
    """Where tiles of ``size`` begin along a side, every ``step`` and flush with its end."""
    if length < size:
        return []
    places = list(range(0, length - size + 1, step))
    return places if places[-1] == length - size else [*places, length - size]
