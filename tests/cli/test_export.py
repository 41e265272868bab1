"""``srq export``: what it writes, what it says, and every mistake that can be made."""

import json
import re
from pathlib import Path
from shutil import copyfile

import pytest

from srq.cli.app import main
from srq.export import EXPORTERS
from srq.program import save
from srq.zoo import resolve
from tests.export.wasm_tools import require_compiler_of
from tests.verify.programs import tiny

PROGRAM = tiny()


@pytest.fixture
def path(tmp_path):
    save(PROGRAM, tmp_path / "kim.srq")
    return str(tmp_path / "kim.srq")


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_exporter_is_a_subcommand_that_writes_a_folder(path, tmp_path, capsys, name):
    require_compiler_of(name)
    out = tmp_path / "deep" / "out"
    assert main(["export", name, path, str(out)]) == 0
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["exporter"], manifest["program"]) == (name, PROGRAM.fingerprint)
    assert "README.md" in manifest["files"]
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{PROGRAM.name} ({PROGRAM.fingerprint[:12]}) as {name}, in {out}:"
    listed = {line.split()[0] for line in said[1:-1]}
    assert listed == {re.sub("/.*", "/", path) for path in [*manifest["files"], "manifest.json"]}
    assert said[-1].startswith("Next: ")


def test_the_float_network_may_come_from_a_run_folder(tmp_path):
    import torch  # noqa: F401 (without it this test is skipped)

    copyfile(resolve("kim-x2", "float"), tmp_path / "model.safetensors")
    options = ["--kind", "float", "--checkpoint", str(tmp_path)]
    assert main(["export", "onnx", "kim-x2", str(tmp_path / "out"), *options]) == 0
    assert list((tmp_path / "out").glob("*.onnx"))


def test_a_name_of_the_zoo_stands_for_its_file(tmp_path, capsys):
    assert main(["export", "glsl", "kim-x2", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.startswith("kim-x2 (")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["onx", "kim-x2", "OUT"], "No such command 'onx'. Did you mean 'onnx'?"),
        (["onnx", "kim-x22", "OUT"], "No integer program is called 'kim-x22'; did you mean"),
        (["onnx", "none.srq", "OUT"], "There is no file none.srq; name a file, or one of kim-x1"),
        (["onnx", "kim-x2", "OUT", "--kind", "exactly"], "'exactly' is not one of 'exact'"),
        (["onnx", "kim-x2", "OUT", "--form", "rgba"], "'rgba' is not one of 'luma'"),
        (["onnx", "kim-x2", "OUT", "--kind", "qonnx", "--form", "rgb"], "luma only, not rgb."),
        (["onnx", "kim-x2", "OUT", "--checkpoint", "f"], "needs no checkpoint; only float does."),
        (["c", "kim-x2", "OUT", "--max-width", "0"], "'--max-width'"),
        (["c", "kim-x2", "OUT", "--max-width", "65537"], "1 to 65536 pixels, not 65537."),
        (["c", "kim-x2", "OUT", "--max-width", "wide"], "Input should be a valid integer"),
        (["hls", "kim-x2", "OUT", "--part", "a part"], "A part is written like xc"),
        (["glsl", "kim-x2", "OUT", "--enlarge-from", "65"], "an enlargement of 0 to 64"),
        (["vectors", "kim-x2", "OUT", "--picture", "no.png"], "no.png"),
        (["c", "kim-x2"], "Missing argument 'OUT'"),
        (["c"], "Missing argument 'MODEL'"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(tmp_path, capsys, arguments, sentence):
    out = tmp_path / "deep" / "out"
    assert main(["export", *(str(out) if a == "OUT" else a for a in arguments)]) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", EXPORTERS)
def test_a_folder_that_holds_something_is_left_alone(path, tmp_path, capsys, name):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    assert main(["export", name, path, str(out)]) == 2
    error = capsys.readouterr().err
    assert error == f"{out} is there already and not empty; name a new folder.\n"
    assert [file.name for file in out.iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_written_is_one_sentence(path, tmp_path, capsys, monkeypatch):
    (tmp_path / "file").write_text("")
    assert main(["export", "glsl", path, str(tmp_path / "file" / "out")]) == 2
    assert "a part of the path is a file, not a folder" in capsys.readouterr().err

    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)
    assert main(["export", "glsl", path, str(tmp_path / "out")]) == 2
    assert "permission is denied; choose a folder you may write to" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_program_that_the_target_cannot_express_is_refused_with_the_reason(tmp_path, capsys):
    save(tiny(bits=16), tmp_path / "deep.srq")
    out = tmp_path / "out"
    assert main(["export", "glsl", str(tmp_path / "deep.srq"), str(out)]) == 2
    error = capsys.readouterr().err
    assert re.match(r"This program cannot be written as glsl: .*\.\n$", error)
    assert not out.exists()
