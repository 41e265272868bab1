"""A Program as SystemVerilog: a stream of pixels through one pipeline for each layer."""

from dataclasses import dataclass

from srq.dataflow import cost_of
from srq.errors import ConfigError
from srq.export.rtl.core import Core, core_of
from srq.export.rtl.datapath import DATAPATHS, TARGETS, Choices
from srq.export.rtl.folder import files_of
from srq.export.rtl.network import Shape, out_bits
from srq.program import Program

MOST_WIDTH = 16384
MOST_WEIGHTS = 1 << 15
MOST_BEAT = 4096
"""Bits of the pixels of a beat."""

PIXELS = (1, 2, 4)
OUTPUTS = ("blocks", "raster")


@dataclass(frozen=True)
class Rtl:
    """Writes the core, a test bench, scripts for Yosys and Vivado, constraints.

    datapath:         how layers multiply: one of ``DATAPATHS``.
    pixels_per_clock: low-resolution pixels in a beat: one of ``PIXELS``.
    target:           what it is synthesized for: one of ``TARGETS``.
    max_width:        the widest low-resolution line, in pixels; line memories grow with it.
    output:           ``blocks``: a beat holds the scale x scale pixels of each low-resolution one;
                      ``raster``: the pixels of one line.
    """

    datapath: str = "constant"
    pixels_per_clock: int = 1
    target: str = "generic"
    max_width: int = 1920
    output: str = "blocks"

    def __post_init__(self) -> None:
        for what, value, known in (
            ("datapath", self.datapath, DATAPATHS),
            ("number of pixels a clock", self.pixels_per_clock, PIXELS),
            ("target", self.target, TARGETS),
            ("output", self.output, OUTPUTS),
        ):
            if value not in known:
                raise ConfigError(f"The {what} is one of {listing(known)}, not {value!r}.")
        if type(self.max_width) is not int or not 1 <= self.max_width <= MOST_WIDTH:
            raise ConfigError(
                f"The maximum width must be an integer of 1 to {MOST_WIDTH},"
                f" not {self.max_width!r}."
            )

    @property
    def name(self) -> str:
        """See ``srq.export.Exporter``."""
        return "rtl"

    @property
    def shape(self) -> Shape:
        """What the core is built for."""
        return Shape(self.max_width, self.pixels_per_clock, self.output == "raster")

    def check(self, program: Program) -> list[str]:
        """See ``srq.export.Exporter``: every op can be written, but hardware ends somewhere."""
        problems = []
        weights = sum(cost_of(program).multipliers.values()) * self.pixels_per_clock
        if weights > MOST_WEIGHTS:
            problems.append(
                f"a core that takes {self.pixels_per_clock} pixels a clock would have {weights}"
                f" weights at work, and {MOST_WEIGHTS} are possible; use a smaller network."
            )
        bits = out_bits(program, self.shape)
        if bits > MOST_BEAT:
            problems.append(
                f"a beat that goes out would have {bits} bits, and {MOST_BEAT} are possible; use a"
                " smaller scale, or fewer pixels a clock."
            )
        return problems

    def core(self, program: Program) -> Core:
        """The core of ``program``: its latency, its modules and what they take."""
        return core_of(program, self.shape, Choices(self.datapath, self.target))

    def files(self, program: Program) -> dict[str, bytes]:
        """See ``srq.export.Exporter``."""
        return files_of(self.core(program), self.target)


def listing(known: tuple[object, ...]) -> str:
    """``a, b or c``."""
    *most, last = map(str, known)
    return f"{', '.join(most)} or {last}" if most else last
