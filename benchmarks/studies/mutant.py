"""Altered sources in a process of its own: for rtl_mutations and generator_mutations.

``main`` puts an altered copy in place of a module of srq. It takes MODULE FILE and then ``export
FOLDER``, which writes the cores of rtl_mutations, or ``prove``, which proves their layers, or
``test PATH ...``, which runs pytest. ``with_cells`` takes a copy of hw, and runs the tests and
proofs of cells on that.
"""

import importlib.abc
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path


class _Altered(importlib.abc.MetaPathFinder):
    """Finds MODULE in FILE, and all others where they are."""

    def __init__(self, module: str, file: Path, folder: Path) -> None:
        self._module = module
        self._file = file
        self._folder = folder

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != self._module:
            return None
        inside = [str(self._folder)] if self._folder.is_dir() else None
        return importlib.util.spec_from_file_location(
            fullname, self._file, submodule_search_locations=inside
        )


def main() -> int:
    """The command."""
    module, file, what, *rest = sys.argv[1:]
    folder = Path(__file__).parents[2].joinpath(*module.split("."))
    sys.meta_path.insert(0, _Altered(module, Path(file), folder))
    if what == "test":
        return _tests(*rest)
    from benchmarks.studies.rtl_mutations import CORES, small
    from srq.export import export

    if what == "prove":
        return _prove()
    for name, exporter in CORES.items():
        export(small(), exporter, Path(rest[0]) / name)
    return 0


def with_cells() -> int:
    """The command."""
    from benchmarks.hardware import yosys

    hardware = Path(sys.argv[1]) / "rtl"
    yosys.HARDWARE = hardware  # before the proofs take it
    from tests.export.rtl import simulation
    from tests.hw.rtl import bench

    simulation.HARDWARE = bench.HARDWARE = hardware
    tests = ("rtl_cells", "multiply_add", "formal")
    # Some tests alter cells themselves.
    return _tests(*(f"tests/hw/test_{name}.py" for name in tests), "-k", "not (edited or wrong)")


def _tests(*which: str) -> int:
    import pytest

    return pytest.main(["-q", "-x", "-p", "no:cacheprovider", *which])


def _prove() -> int:
    """0 where every layer without multipliers is proved to be its matrix."""
    from benchmarks.hardware.proofs import prove_layer
    from benchmarks.studies.rtl_mutations import small
    from srq.export.rtl.datapath import Choices
    from srq.export.rtl.processes import processes_of

    layers = [process.layer for process in processes_of(small())]
    return int(
        not all(
            prove_layer(layer, Choices(ternary=ternary)).holds
            for layer in layers
            for ternary in (True, False)
        )
    )
