"""What a core is built for: how wide, how many pixels a beat, in which order they leave."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """What a core is built for.

    max_width: the widest low-resolution line, in pixels.
    pixels:    low-resolution pixels a beat.
    raster:    whether lines go out in raster order, instead of blocks.
    fold:      clocks from a beat to the next.
    """

    max_width: int
    pixels: int
    raster: bool
    fold: int = 1

    @property
    def max_beats(self) -> int:
        """Of the longest line, and at least of the shortest that a line memory takes."""
        return max(3, -(-self.max_width // self.pixels))

    @property
    def column_bits(self) -> int:
        """Of a number of columns, rounded up to whole beats."""
        return (self.max_beats * self.pixels + self.pixels).bit_length()

    def has_raster(self, scale: int) -> bool:
        """Whether lines are put in raster order; at scale 1 they are."""
        return self.raster and scale > 1

    def out_column_bits(self, scale: int) -> int:
        """The same of what goes out."""
        wide = self.pixels * scale * (scale if self.has_raster(scale) else 1)
        return (self.max_beats * self.pixels * scale + wide).bit_length()
