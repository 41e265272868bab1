"""A module of srq replaced by an altered copy, in a process of its own: for generator_mutations.

``main`` takes MODULE FILE and then ``export FOLDER``, which writes the cores of rtl_mutations, or
``test PATH ...``, which runs pytest.
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
        import pytest

        return pytest.main(["-q", "-x", "-p", "no:cacheprovider", *rest])
    from benchmarks.studies.rtl_mutations import CORES, small
    from srq.export import export

    for name, exporter in CORES.items():
        export(small(), exporter, Path(rest[0]) / name)
    return 0
