"""Where the hand-written sources are: hw/hls of a checkout, or their copy in an installed srq."""

from pathlib import Path

_INSTALLED = Path(__file__).parents[2] / "hw" / "hls"
_CHECKOUT = Path(__file__).parents[3] / "hw" / "hls"

_COPIED = ("*.hpp", "*.cpp", "Makefile", "run_hls.tcl", "srq/*.hpp", "sim/*")


def hand_written() -> dict[str, bytes]:
    """The sources that go into every export as they are, by their paths in its folder."""
    folder = source_folder()
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for pattern in _COPIED
        for path in sorted(folder.glob(pattern))
    }


def source_folder() -> Path:
    """The folder that holds them."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
