"""A Program as SystemVerilog: a stream of pixels through one pipeline for each layer."""

from collections.abc import Iterator
from dataclasses import dataclass

from srq.dataflow import cost_of
from srq.errors import ConfigError
from srq.export.rtl.core import Core, core_of
from srq.export.rtl.datapath import DATAPATHS, TARGETS, Choices
from srq.export.rtl.folder import files_of
from srq.export.rtl.loading import problems as loading_problems
from srq.export.rtl.loading import reasons_against
from srq.export.rtl.ports import out_bits
from srq.export.rtl.shape import Shape
from srq.export.text import identifier
from srq.program import Program

MOST_WIDTH = 16384
MOST_WEIGHTS = 1 << 15
MOST_BEAT = 4096
"""Bits of the pixels of a beat."""

MOST_CLOCKS = 64
"""Of a pixel, in the datapath ``folded``."""

PIXELS = (1, 2, 4)
OUTPUTS = ("blocks", "raster")


@dataclass(frozen=True)
class Rtl:
    """Writes the core, a test bench, scripts for Yosys and Vivado, constraints.

    datapath:         how layers multiply: one of ``DATAPATHS``.
    pixels_per_clock: low-resolution pixels in a beat: one of ``PIXELS``.
    target:           what it is synthesized for: one of ``TARGETS``.
    max_width:        the widest low-resolution line, in pixels; line memories grow with it.
    loadable:         of ``dsp``: weights are loaded over AXI4-Lite, and exchanged between frames.
    weights_of:       Programs whose weights are written too, as sets for the same core.
    clocks_per_pixel: 2 to ``MOST_CLOCKS`` of the datapath ``folded``, 1 of others; 0: 4 or 1.
    output:           ``blocks``: a beat holds the scale x scale pixels of each low-resolution one;
                      ``raster``: the pixels of one line.
    """

    datapath: str = "constant"
    pixels_per_clock: int = 1
    target: str = "generic"
    max_width: int = 1920
    output: str = "blocks"
    clocks_per_pixel: int = 0
    loadable: bool = False
    weights_of: tuple[Program, ...] = ()

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
        self._check_clocks()
        if self.loadable and self.datapath != "dsp":
            raise ConfigError(
                f"Weights are loaded into multipliers: take the datapath dsp, not {self.datapath}."
            )
        if self.weights_of and not self.loadable:
            raise ConfigError("Weights of other programs are for a core that is loadable.")

    def _check_clocks(self) -> None:
        clocks = self.clocks_per_pixel
        if type(clocks) is not int or not 0 <= clocks <= MOST_CLOCKS:
            raise ConfigError(
                f"The clocks per pixel must be an integer of 1 to {MOST_CLOCKS}, not {clocks!r}."
            )
        if self.datapath == "folded" and self.pixels_per_clock > 1:
            raise ConfigError(
                "The datapath folded takes several clocks a pixel; it has no"
                f" {self.pixels_per_clock} pixels a clock."
            )
        if (clocks > 1) != (self.datapath == "folded") and clocks:
            raise ConfigError(
                "Several clocks per pixel belong to the datapath folded, and it takes 2 or more;"
                f" {self.datapath} cannot take {clocks}."
            )

    @property
    def name(self) -> str:
        """See ``srq.export.Exporter``."""
        return "rtl"

    @property
    def shape(self) -> Shape:
        """What the core is built for."""
        raster = self.output == "raster"
        return Shape(self.max_width, self.pixels_per_clock, raster, self.fold)

    @property
    def fold(self) -> int:
        """Clocks from a beat to the next."""
        return self.clocks_per_pixel or (4 if self.datapath == "folded" else 1)

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
        if self.loadable:
            problems += loading_problems(program) or self._loading_problems(program)
        return problems

    def _loading_problems(self, program: Program) -> Iterator[str]:
        """Why the sets of ``weights_of`` cannot be written for the core of ``program``."""
        for other in self.weights_of:
            yield from reasons_against(program, other)
        names = [identifier(other) for other in self.weights_of]
        if len(set(names)) < len(names):
            yield "two of the programs whose weights are to be written have one name; rename one."

    def core(self, program: Program) -> Core:
        """The core of ``program``: its latency, its modules and what they take."""
        choices = Choices(self.datapath, self.target, fold=self.fold, loadable=self.loadable)
        return core_of(program, self.shape, choices)

    def files(self, program: Program) -> dict[str, bytes]:
        """See ``srq.export.Exporter``."""
        return files_of(self.core(program), self.target, self.weights_of)


def listing(known: tuple[object, ...]) -> str:
    """``a, b or c``."""
    *most, last = map(str, known)
    return f"{', '.join(most)} or {last}" if most else last
