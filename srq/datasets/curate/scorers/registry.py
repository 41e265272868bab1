"""The explicit list of scorers. A new one is one file here and one line below."""

from srq.registry import Entry, Registry

_ROOM = "srq.datasets.curate.scorers"

SCORERS = Registry(
    "scorer",
    {
        "dead_blocks": Entry(f"{_ROOM}.dead_blocks:DEAD_BLOCKS", "what codecs made zero"),
        "defects": Entry(f"{_ROOM}.defects:DEFECTS", "the worst of several defects"),
        "entropy": Entry(f"{_ROOM}.entropy:ENTROPY", "bits of the luma's histogram"),
        "file_size": Entry(f"{_ROOM}.file_size:FILE_SIZE", "bytes as PNG"),
        "flat_noise": Entry(f"{_ROOM}.flat_noise:FLAT_NOISE", "noise where it is flat"),
        "grid": Entry(f"{_ROOM}.grid:GRID", "steps in a grid of 8"),
        "high_frequency": Entry(f"{_ROOM}.high_frequency:HIGH_FREQUENCY", "fine detail's share"),
        "laplacian": Entry(f"{_ROOM}.laplacian:LAPLACIAN", "how fine detail varies"),
        "reblur": Entry(f"{_ROOM}.reblur:REBLUR", "how little another blur changes"),
    },
)
