"""Several HR pictures of one source: the sizes that a recipe asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from srq.degrade.degradation import Pixels
from srq.errors import ConfigError, DataError
from srq.image.lanczos import lanczos
from srq.registry import refuse_unknown

_KEYS = ("scales", "shortest_edge")


@dataclass(frozen=True)
class Size:
    """A size of HR: a part of the source's, or, with ``edge``, that of its shorter side."""

    name: str
    scale: float = 1
    edge: int | None = None

    def of(self, width: int, height: int) -> tuple[int, int]:
        """The width and the height for a source of ``width`` x ``height``, truncated."""
        if self.edge is None:
            return int(width * self.scale), int(height * self.scale)
        shorter = min(width, height)
        return width * self.edge // shorter, height * self.edge // shorter


Sizes = tuple[Size, ...]


def parse_sizes(table: Any, where: str) -> Sizes:
    """The sizes under ``[hr]``; none where there is no such table."""
    if table is None:
        return ()
    where = f"{where}, [hr]"
    if not isinstance(table, dict) or not table:
        raise ConfigError(f"{where} must have 'scales' or 'shortest_edge'.")
    refuse_unknown(table, _KEYS, where)
    scales = table.get("scales", [])
    if not isinstance(scales, list) or not all(_is_scale(scale) for scale in scales):
        raise ConfigError(
            f"{where}: 'scales' must be a list of numbers above 0 and up to 1, not {scales!r}."
        )
    sizes = [Size(f"{scale:g}", scale) for scale in scales]
    edge = table.get("shortest_edge")
    if edge is not None:
        if not isinstance(edge, int) or isinstance(edge, bool) or edge < 1:
            raise ConfigError(f"{where}: 'shortest_edge' must be a whole number, not {edge!r}.")
        sizes.append(Size(f"edge{edge}", edge=edge))
    if len({size.name for size in sizes}) < len(sizes) or not sizes:
        raise ConfigError(f"{where}: 'scales' must be different numbers, not {scales!r}.")
    return tuple(sizes)


def highs(source: Pixels, sizes: Sizes, multiple: int) -> Iterator[tuple[str, Pixels]]:
    """Each size's name and picture, shrunk by Lanczos and cut to a ``multiple``.

    Raises DataError if nothing is left of the source at any size.
    """
    height, width = source.shape[:2]
    seen: set[tuple[int, int]] = set()
    left = 0
    for size in sizes or (Size(""),):
        target = size.of(width, height)
        repeats = size.edge is not None and (target in seen or target[0] > width)
        if repeats or min(target) < multiple:
            continue
        seen.add(target)
        left += 1
        hr = source if target == (width, height) else lanczos(source, (target[1], target[0]))
        yield size.name, hr[: target[1] - target[1] % multiple, : target[0] - target[0] % multiple]
    if not left:
        raise DataError(
            f"A picture of {width}x{height} is too small for this recipe; its HR must be "
            f"{multiple}x{multiple} at least."
        )


def _is_scale(raw: Any) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool) and 0 < raw <= 1
