"""Do two versions of an exported core do the same in every clock? Yosys looks for a proof."""

from pathlib import Path

from srq.verify.yosys import run_yosys

_CLOCKS = 3
"""From which a register's next value may follow, where it does not follow from one."""


def is_equivalent(before: Path, after: Path, top: str) -> bool:
    """Whether Yosys proves that the cores in two exported folders are the same machine.

    Registers are compared by their names, memories by all that goes into them. False says nothing:
    a proof may exist that was not found.
    """
    passes = [
        *_design("gold", before, top),
        *_design("gate", after, top),
        "design -copy-from gold -as gold gold",
        "design -copy-from gate -as gate gate",
        "equiv_make gold gate equiv",
        "hierarchy -top equiv",
        "clean -purge",
        "equiv_struct -icells",
        "equiv_simple -ignore-unknown-cells",
        f"equiv_induct -ignore-unknown-cells -seq {_CLOCKS}",
        "equiv_status",
    ]
    return "Equivalence successfully proven!" in run_yosys(passes, after)


def _design(name: str, folder: Path, top: str) -> list[str]:
    """A core as one module of this name; its memories stay memories."""
    files = [str((folder / file).resolve()) for file in (folder / "files.f").read_text().split()]
    return [
        f"read_verilog -sv {' '.join(files)}",
        f"hierarchy -check -top {top}",
        "proc",
        "flatten",
        "opt_clean",
        "memory_collect",
        "opt_clean",
        "setundef -undriven -zero",
        f"rename {top} {name}",
        f"design -stash {name}",
    ]
