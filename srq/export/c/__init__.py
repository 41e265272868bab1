"""A Program as a self-contained C99 pair that takes a line of luma and gives ``scale`` lines."""

from dataclasses import dataclass

from srq.errors import ConfigError
from srq.export.c.example import companions
from srq.export.c.header import header
from srq.export.c.memory import MOST_WIDTH
from srq.export.c.schedule import schedule
from srq.export.c.source import source
from srq.export.c.weights import weights_header
from srq.export.text import symbol
from srq.program import Program

_MOST_BYTES = 1 << 31


@dataclass(frozen=True)
class C:
    """Writes ``srq_NAME.c`` and ``.h``, the weight header, an example, a test and a Makefile.

    max_width: the widest low-resolution line, in pixels, 1 to 65536; a default that a
               macro can override. Memory grows with it.
    """

    max_width: int = 1920

    def __post_init__(self) -> None:
        if type(self.max_width) is not int or not 1 <= self.max_width <= MOST_WIDTH:
            raise ConfigError(
                f"The maximum width must be an integer of 1 to {MOST_WIDTH} pixels,"
                f" not {self.max_width!r}."
            )

    @property
    def name(self) -> str:
        """See ``srq.export.Exporter``."""
        return "c"

    def state_bytes(self, program: Program) -> int:
        """The memory that the exported C takes for one stream of lines of ``max_width``."""
        plan = schedule(program)
        return plan.memory.size(self.max_width, plan.default_block(self.max_width))

    def check(self, program: Program) -> list[str]:
        """See ``srq.export.Exporter``: the only thing that C cannot do is memory without end."""
        size = self.state_bytes(program)
        if size < _MOST_BYTES:
            return []
        return [
            f"its lines of {self.max_width} pixels would take {size} bytes, and C's 32-bit"
            f" indices end at {_MOST_BYTES}; choose a smaller maximum width."
        ]

    def files(self, program: Program) -> dict[str, bytes]:
        """See ``srq.export.Exporter``."""
        plan = schedule(program)
        prefix = symbol(program)
        texts = {
            f"{prefix}.h": header(program, plan, self.max_width),
            f"{prefix}.c": source(program, plan),
            f"{prefix}_weights.h": weights_header(program),
        }
        network = {path: text.encode("ascii") for path, text in texts.items()}
        return network | companions(program, plan, self.max_width)
