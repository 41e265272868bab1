"""The interface of exporters, and what holds for each that there is."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass, is_dataclass

import pytest

from srq import export as room
from srq.errors import ConfigError, MissingDependencyError, ProgramError
from srq.export import EXPORTERS, export, open_exporter
from srq.export.text import identifier
from srq.program import Program
from srq.registry import Entry, Registry
from tests.export.wasm_tools import require_compiler_of
from tests.kim_program import kim_program
from tests.verify.programs import tiny

PROGRAM = kim_program()


@dataclass(frozen=True)
class Listing:
    """An exporter for these tests: the ops' names, one a line."""

    most: int = 100
    name: str = "listing"

    def check(self, program):
        return [
            f"it has {len(program.ops)} ops, and {self.most} at most are possible.",
            "it is too long.",
        ] * (len(program.ops) > self.most)

    def files(self, program):
        return {"ops.txt": "\n".join(op.name for op in program.ops).encode()}


@pytest.fixture
def listing(monkeypatch):
    entry = Entry("tests.export.test_export:Listing", "the ops")
    monkeypatch.setattr(room, "EXPORTERS", Registry("exporter", {"listing": entry}))
    monkeypatch.setattr(Entry, "load", lambda _: Listing)


@pytest.mark.usefixtures("listing")
def test_an_exporter_is_opened_with_its_choices_and_writes(tmp_path):
    manifest = export(PROGRAM, open_exporter("listing", most=50), tmp_path / "out")
    data = (tmp_path / "out" / "ops.txt").read_bytes()
    assert data.startswith(b"lr\nconv1\n")
    assert manifest.files == {"ops.txt": hashlib.sha256(data).hexdigest()}
    assert manifest.fingerprint == PROGRAM.fingerprint


@pytest.mark.usefixtures("listing")
def test_what_cannot_be_written_exactly_is_refused_with_the_reason(tmp_path):
    with pytest.raises(ProgramError) as error:
        export(PROGRAM, open_exporter("listing", most=3), tmp_path / "out")
    assert str(error.value) == (
        "This program cannot be written as listing: it has 15 ops, and 3 at most are possible"
        " (and 1 more)."
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("listing")
def test_an_unknown_exporter_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="no exporter 'listin'; did you mean 'listing'"):
        open_exporter("listin")


def test_a_missing_package_is_named(monkeypatch):
    entry = Entry("srq_absent:Absent", "nothing", get="pip install 'srq[absent]'")
    monkeypatch.setattr(room, "EXPORTERS", Registry("exporter", {"absent": entry}))
    with pytest.raises(MissingDependencyError) as error:
        open_exporter("absent")
    assert str(error.value) == (
        "The exporter 'absent' needs srq_absent, which is not installed; pip install 'srq[absent]'."
    )


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_exporter_is_frozen_and_has_defaults(name):
    exporter = open_exporter(name)
    assert exporter.name == name
    assert is_dataclass(exporter)
    assert type(exporter).__dataclass_params__.frozen
    assert hash(exporter) == hash(open_exporter(name))


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_exporter_gives_the_same_bytes_again_with_the_fingerprint_in_them(name):
    require_compiler_of(name)
    exporter, program = open_exporter(name), tiny()
    assert exporter.check(program) == []
    files = exporter.files(program)
    assert files == open_exporter(name).files(Program(program.ops, name=program.name))
    assert any(program.fingerprint.encode() in data for data in files.values())
    assert [path for path in files if path.startswith("/") or ".." in path] == []


@pytest.mark.parametrize("name", EXPORTERS)
def test_no_exporter_brings_torch_before_it_is_needed(name):
    module = EXPORTERS[name].target.split(":")[0]
    script = f"import sys, {module}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("kim-x2", "kim_x2"),
        ("", "program"),
        ("3 / Ünïcode!", "3_n_code"),
        ("--", "program"),
        ("a" * 99, "a" * 48),
    ],
)
def test_a_name_becomes_an_identifier(name, written):
    assert identifier(Program(PROGRAM.ops, name=name)) == written
