"""A picture cut into blocks, so that memory does not grow with the picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class Halo(Protocol):
    """How many pixels around a block are needed to make it."""

    @property
    def top(self) -> int:
        """Above it."""
        ...

    @property
    def bottom(self) -> int:
        """Below it."""
        ...

    @property
    def left(self) -> int:
        """Left of it."""
        ...

    @property
    def right(self) -> int:
        """Right of it."""
        ...


@dataclass(frozen=True)
class Block:
    """The rows from ``top`` to before ``bottom`` and the columns from ``left`` to ``right``."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def pixels(self) -> int:
        """How many pixels it has."""
        return (self.bottom - self.top) * (self.right - self.left)

    @property
    def part(self) -> tuple[slice, slice]:
        """What to index the picture with to get the block."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def times(self, scale: int) -> "Block":
        """The same block of the picture ``scale`` times as large."""
        return Block(self.top * scale, self.bottom * scale, self.left * scale, self.right * scale)

    def with_halo(self, reach: Halo, height: int, width: int) -> "Block":
        """The block and its halo, as far as a picture of ``height`` and ``width`` goes."""
        return Block(
            max(self.top - reach.top, 0),
            min(self.bottom + reach.bottom, height),
            max(self.left - reach.left, 0),
            min(self.right + reach.right, width),
        )

    def within(self, outer: "Block") -> "Block":
        """This block as counted from the top left pixel of ``outer``."""
        return Block(
            self.top - outer.top,
            self.bottom - outer.top,
            self.left - outer.left,
            self.right - outer.left,
        )


def blocks(height: int, width: int, rows: int, columns: int) -> Iterator[Block]:
    """Blocks of at most ``rows`` x ``columns`` that make up the picture, line by line."""
    for top in range(0, height, rows):
        for left in range(0, width, columns):
            yield Block(top, min(top + rows, height), left, min(left + columns, width))


def blocks_of(outer: Block, rows: int, columns: int) -> Iterator[Block]:
    """The same of a block, each placed as the block is."""
    for block in blocks(outer.bottom - outer.top, outer.right - outer.left, rows, columns):
        yield Block(
            block.top + outer.top,
            block.bottom + outer.top,
            block.left + outer.left,
            block.right + outer.left,
        )
