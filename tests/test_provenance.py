import json
import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from srq import __version__, provenance
from srq.provenance import Provenance

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"
X86 = "flags\t\t: fpu avx avx2"


@pytest.fixture
def cpuinfo(tmp_path, monkeypatch):
    """``cpuinfo(text)`` makes this an x86 machine of which Linux says ``text``."""

    def say(text):
        path = tmp_path / "cpuinfo"
        path.write_text(text)
        monkeypatch.setattr(provenance, "_CPUINFO", path)
        monkeypatch.setattr(platform, "machine", lambda: "x86_64")

    return say


def test_a_result_says_when_on_what_and_with_what_it_was_made():
    made = Provenance.now(["numpy", "no-such-package"], fingerprint="ab")
    assert made.when.endswith("+00:00")
    assert made.machine.cores == provenance.cores() >= 1
    assert made.versions == {
        "python": platform.python_version(),
        "srq": __version__,
        "numpy": version("numpy"),
    }
    assert made.fingerprint == "ab"


def test_json_gives_it_back():
    made = Provenance.now()
    assert "fingerprint" not in made.to_json()
    assert Provenance.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_all_result_files_say_how_they_were_made():
    files = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("**/*.json"))]
    records = [record for file in files for record in (file if isinstance(file, list) else [file])]
    made = [record["made"] for record in records if "made" in record]
    assert len(made) >= 10
    for record in made:
        assert Provenance.from_json(record).to_json().items() <= record.items()


@pytest.mark.parametrize(
    ("flags", "isa"),
    [
        ("", "avx2"),
        (" avx512f avx512bw", "avx512bw"),
        (" avx512f avx512bw avx512_vnni", "avx512vnni"),
        (" avx512f avx512_vnni", "avx2"),
    ],
)
def test_the_instruction_set_is_the_largest_with_code(cpuinfo, flags, isa):
    cpuinfo(f"processor\t: 0\nmodel name\t: A CPU @ 3 GHz\n{X86}{flags}\nmodel name\t: other\n")
    assert provenance.isa() == isa
    assert provenance.cpu() == "A CPU @ 3 GHz"


def test_what_the_system_does_not_tell_is_left_out(cpuinfo, monkeypatch):
    cpuinfo("")
    monkeypatch.setattr(platform, "processor", lambda: "x86")
    machine = Provenance.now().to_json()["machine"]
    assert machine["cpu"] == "x86"
    assert "isa" not in machine


def test_the_native_engine_names_it_alike():
    native = pytest.importorskip("srq.engines.native", exc_type=ImportError)
    if provenance.isa() is not None:
        assert provenance.isa() == native.isas()[0]
