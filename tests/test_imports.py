"""What each room drags in, seen from a fresh process: the contracts in pyproject.toml, live."""

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
TORCH_FREE = next(c for c in CONTRACTS if c["name"] == "Torch stays out")["source_modules"]
WITH_TORCH = {
    "srq.bundle",
    "srq.models",
    "srq.runs",
    "srq.train",
    "srq.quant",
    "srq.lower",
    "srq.restore",
}
# Wings use the line by its public face: what each may import of srq, beside the ground. Import
# contracts cannot name a room that is still missing; these apply as soon as it exists.
WINGS = {
    # Its server sends browsers what the exporter to WebAssembly writes.
    "srq.store": {"srq.batch", "srq.export", "srq.image", "srq.parallel", "srq.upscaling"},
    "srq.restore": {
        "srq.batch",
        "srq.bundle",
        "srq.callable_package",
        "srq.datasets",
        "srq.degrade",
        "srq.image",
        "srq.runs",
        "srq.upscaling",
    },
}
GROUND = {
    "srq.errors",
    "srq.files",
    "srq.page",
    "srq.priority",
    "srq.provenance",
    "srq.registry",
    "srq.version",
}
# These reach torch, but not before it is asked for.
LAZY = {"srq.cli", "srq.__main__"}

IMPORT = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
"""
IMPORT_ALL = (
    IMPORT
    + """
for found in pkgutil.walk_packages(getattr(package, "__path__", []), package.__name__ + "."):
    importlib.import_module(found.name)
"""
)
REPORT = 'print(*({"torch", "brevitas"} & set(sys.modules)))'


def fresh(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def rooms():
    return {
        f"srq.{path.stem}"
        for path in (ROOT / "srq").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {"srq.__init__"}


def assert_torch_stays_out(script, module):
    done = fresh("-W", "error", "-c", script + REPORT, module)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "\n")


@pytest.mark.parametrize("module", [*TORCH_FREE, "srq.cli"])
def test_importing_all_of_a_torch_free_room_leaves_torch_out(module):
    assert_torch_stays_out(IMPORT_ALL, module)


@pytest.mark.parametrize("module", sorted(LAZY - {"srq.__main__"}))
def test_importing_a_lazy_room_leaves_torch_out(module):
    assert_torch_stays_out(IMPORT, module)


def test_every_room_is_placed():
    assert rooms() - WITH_TORCH - LAZY == set(TORCH_FREE)


def test_import_srq_brings_nothing_but_the_standard_library():
    script = """
import sys
before = set(sys.modules)
import srq
new = set(sys.modules) - before
print(*sorted(name for name in new if name.partition(".")[0] not in sys.stdlib_module_names))
"""
    assert fresh("-c", script).stdout == "srq srq.version\n"


@pytest.fixture(scope="module")
def imports():
    """(importer, imported) of every import within srq, and of the folders beside it."""
    graph = grimp.build_graph("srq", include_external_packages=True)
    return {
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    }


def room_of(module):
    return ".".join(module.split(".")[:2])


def forbidden(imports, wing, allowed):
    return {
        (importer, imported)
        for importer, imported in imports
        if room_of(importer) == wing
        and imported.startswith("srq")
        and room_of(imported) not in {wing, *allowed, *GROUND}
    }


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_knows_only_its_rooms(imports, wing):
    assert forbidden(imports, wing, WINGS[wing]) == set()


def test_an_import_that_a_wing_may_not_have_is_seen():
    made_up = {
        ("srq.store.index", "srq.upscaling.engine"),
        ("srq.store.index", "srq.files"),
        ("srq.store.index", "srq.store.paths"),
        ("srq.store.index", "numpy"),
        ("srq.store.index", "srq.engines"),
        ("srq.cli.store", "srq.engines"),
    }
    found = forbidden(made_up, "srq.store", WINGS["srq.store"])
    assert found == {("srq.store.index", "srq.engines")}


def test_nobody_imports_a_wing_but_the_front_door_and_its_command(imports):
    importers = {i for i, imported in imports if room_of(imported) in WINGS}
    assert {room_of(importer) for importer in importers} <= {"srq", "srq.cli", *WINGS}


def test_srq_imports_nothing_of_the_folders_beside_it(imports):
    assert {"benchmarks", "scripts", "tests"} & {imported for _, imported in imports} == set()
