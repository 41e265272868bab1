"""Where the hand-written cells are: hw/rtl of a checkout, or their copy in an installed srq."""

from collections.abc import Iterable
from pathlib import Path

_INSTALLED = Path(__file__).parents[2] / "hw" / "rtl"
_CHECKOUT = Path(__file__).parents[3] / "hw" / "rtl"

STREAM_CELLS = (
    "srq_chain.sv",
    "srq_fifo.sv",
    "srq_flow.sv",
    "srq_fork.sv",
    "srq_join.sv",
    "srq_line.sv",
    "srq_pace.sv",
    "srq_phases.sv",
    "srq_pipe.sv",
    "srq_raster.sv",
    "srq_skid.sv",
    "srq_video_in.sv",
    "srq_video_out.sv",
    "srq_weights.sv",
    "srq_window.sv",
)
"""The cells that a top module is made of."""


def source_folder() -> Path:
    """The folder that holds them."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def stream_cells(top: str) -> list[str]:
    """The files of those that the text of a top module has, and of what they are made of."""
    used = [name for name in STREAM_CELLS if f"{name.removesuffix('.sv')} #" in top]
    used += ["srq_join.sv"] * ("srq_join join_" in top)
    used += ["srq_line.sv"] * ("srq_window.sv" in used)
    used += ["srq_axi_lite.sv"] * ("srq_weights.sv" in used)
    return sorted(used)


def cells(names: Iterable[str]) -> dict[str, bytes]:
    """The files of these names, in order, each once."""
    folder = source_folder()
    return {name: (folder / name).read_bytes() for name in dict.fromkeys(names)}
