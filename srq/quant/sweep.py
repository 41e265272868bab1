"""PSNR against bits: the same network at every width of weights and activations."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from torch import nn

from srq.errors import ConfigError
from srq.quant.calibration import Calibration
from srq.quant.evaluation import Pictures
from srq.quant.pipeline import fit
from srq.quant.twin import ACTIVATION_BITS, WEIGHT_BITS, Twin

WRITTEN = "4-12x6-16"
"""How widths are written: those of weights, those of activations."""


@dataclass(frozen=True)
class Widths:
    """Bits of weights and of activations."""

    weights: int
    activations: int

    def __str__(self) -> str:
        return f"{self.weights}/{self.activations}"


def parse_widths(text: str) -> list[Widths]:
    """The widths that ``text`` writes, as in "4-12x6-16" or "8x8"; widest first.

    Raises ConfigError where it writes none, or widths that a twin cannot have.
    """
    match = re.fullmatch(r"(\d+)(?:-(\d+))?x(\d+)(?:-(\d+))?", text)
    if match is None:
        raise ConfigError(
            f"A sweep is written as in {WRITTEN} (weights x activations), not {text}."
        )
    ends = [int(group) if group else None for group in match.groups()]
    ranges = []
    for low, high, limits in (
        (ends[0], ends[1], WEIGHT_BITS),
        (ends[2], ends[3], ACTIVATION_BITS),
    ):
        assert low is not None
        high = low if high is None else high
        if not limits[0] <= low <= high <= limits[1]:
            raise ConfigError(
                f"A sweep's widths must rise within {WEIGHT_BITS[0]}-{WEIGHT_BITS[1]} for weights"
                f" and {ACTIVATION_BITS[0]}-{ACTIVATION_BITS[1]} for activations, not {text}."
            )
        ranges.append(range(high, low - 1, -1))
    return [Widths(w, a) for w in ranges[0] for a in ranges[1]]


def sweep(
    network: nn.Module,
    widths: Iterable[Widths],
    calibration: Calibration,
    *,
    per_channel: bool = False,
    search: bool = False,
) -> Iterator[tuple[Widths, Twin]]:
    """A twin for each of ``widths``, fitted (see ``fit``) but not trained."""
    for width in widths:
        twin = Twin(
            network,
            weight_bits=width.weights,
            activation_bits=width.activations,
            per_channel=per_channel,
        )
        fit(twin, calibration, search=search)
        yield width, twin


def psnr_table(
    psnr: Callable[[Widths], float | None], widths: Iterable[Widths], corner: str = "weights"
) -> str:
    """A markdown table: a row for each width of weights, a column for each of activations."""
    widths = list(widths)
    rows = sorted({width.weights for width in widths})
    columns = sorted({width.activations for width in widths})
    lines = [
        f"| {corner} \\ activations | " + " | ".join(map(str, columns)) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for row in rows:
        cells = (psnr(Widths(row, column)) for column in columns)
        written = ("" if cell is None else f"{cell:.2f}" for cell in cells)
        lines.append(f"| {row} | " + " | ".join(written) + " |")
    return "\n".join(lines) + "\n"


def measured(twin: Twin, pictures: Pictures) -> dict[str, float]:
    """The PSNR of each set, in float32: within 0.001 dB of the integers', and quick."""
    return pictures.psnr_of(twin.float())
