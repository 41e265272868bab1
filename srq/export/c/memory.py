"""The size of the state, as a formula of the maximum width and the block."""

from dataclasses import dataclass

from srq.export.c.schedule import Schedule

MOST_WIDTH = 65536
"""The widest lines, in low-resolution pixels, that the exported C can be compiled for."""

DEFAULT_BLOCK = 512
"""Columns in a block: narrower blocks take less memory and lose some speed."""

_COUNTERS = 3
_SUMS = 4


@dataclass(frozen=True)
class Count:
    """A number of cells: some, some for each column of a block, some for each of a line."""

    fixed: int
    blocks: int
    columns: int

    def at(self, width: int, block: int) -> int:
        """The cells for this maximum width and block."""
        return self.fixed + self.blocks * block + self.columns * width

    def formula(self, prefix: str) -> str:
        """The same in C."""
        return (
            f"{self.fixed} + (size_t){self.blocks} * {prefix}_BLOCK"
            f" + (size_t){self.columns} * {prefix}_MAX_WIDTH"
        )


@dataclass(frozen=True)
class Memory:
    """The state's cells of 4 bytes and of 2."""

    words: Count
    halves: Count

    def size(self, width: int, block: int) -> int:
        """The bytes of the state; a struct's size is a multiple of its widest member's."""
        return 4 * self.words.at(width, block) + (2 * self.halves.at(width, block) + 3) // 4 * 4


def memory_of(plan: Schedule) -> Memory:
    """What the state of ``plan`` takes."""
    return Memory(_count(plan, 4, _COUNTERS, _SUMS), _count(plan, 2, 0, 0))


def largest_scale(plan: Schedule) -> int:
    """The largest scale of any value: the least block that there can be."""
    return max(segment.scale for segment in plan.segments)


def default_block(plan: Schedule, max_width: int) -> int:
    """The block that the header chooses for lines of ``max_width``: no wider than the widest."""
    return min(largest_scale(plan) * max_width, DEFAULT_BLOCK)


def _count(plan: Schedule, size: int, fixed: int, blocks: int) -> Count:
    members = [member.size for member in plan.members if member.cells.size == size]
    return Count(
        fixed + sum(member.fixed for member in members),
        blocks + sum(n for cells, n in plan.channels.items() if cells.size == size),
        sum(member.columns for member in members),
    )
