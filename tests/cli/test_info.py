import json
import shutil

import pytest

from srq import zoo
from srq.cli.app import main
from srq.program import Program, diagram, save
from tests.kim_program import kim_program

PROGRAM = Program(kim_program().ops, name="kim [x2]", provenance={"data": "none at all"})


@pytest.fixture
def path(tmp_path):
    save(PROGRAM, tmp_path / "kim.srq")
    return tmp_path / "kim.srq"


def test_it_prints_all_that_a_program_says_of_itself(path, capsys):
    assert main(["info", str(path)]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[:5] == [
        "name         kim [x2]",
        f"fingerprint  {PROGRAM.fingerprint}",
        "scale        2",
        "weights      2560",
        "data         none at all",
    ]
    headroom = str(PROGRAM.ranges.headroom("pw3").min())
    lo, hi = (str(n) for n in (PROGRAM.ranges.values["pw3"].lo.min(),
                               PROGRAM.ranges.values["pw3"].hi.max()))  # fmt: skip
    row = next(line.split() for line in lines if line.startswith("pw3 "))
    assert row[-8:] == ["s10.10", "32", "x", "s32.22", lo, hi, "0", headroom]
    assert diagram.text(PROGRAM) in out
    assert "receptive field: 7 rows, 15 columns" in lines


def test_json_goes_to_standard_output_alone(path, capsys):
    assert main(["info", str(path), "--json", "-"]) == 0
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert report["fingerprint"] == PROGRAM.fingerprint
    assert report["cost"]["macs_per_lr_pixel"] == 2560
    assert "receptive field" in captured.err


def test_the_diagram_goes_to_a_file(path, tmp_path, capsys):
    assert main(["info", str(path), "--diagram", str(tmp_path / "kim.svg")]) == 0
    assert (tmp_path / "kim.svg").read_text() == diagram.svg(PROGRAM)
    assert main(["info", str(path), "--diagram", str(tmp_path / "kim.gif")]) == 2
    assert "A diagram is written as .svg, .png or .txt, not .gif" in capsys.readouterr().err


def test_a_name_of_the_zoo_stands_for_its_file(path, tmp_path, monkeypatch, capsys):
    shutil.copy(path, tmp_path / "kim-x2.srq")
    monkeypatch.setattr(zoo, "FOLDER", tmp_path)
    assert main(["info", "kim-x2"]) == 0
    assert PROGRAM.fingerprint in capsys.readouterr().out


def test_a_damaged_file_is_one_sentence(path, capsys):
    path.write_bytes(path.read_bytes()[:-1])
    assert main(["info", str(path)]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"Cannot load {path}: ")
    assert err.count("\n") == 1
