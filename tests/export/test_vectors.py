"""The exporter ``vectors``: every integer is there, and its README's examples read them."""

import io
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image

from srq.errors import ConfigError, ImageError, StorageError
from srq.export import export, open_exporter
from srq.export.vectors import Vectors
from srq.fixed import Format
from srq.program import Program
from srq.stimuli.sets import for_vectors
from tests.kim_program import kim_program
from tests.program.integers import evaluate
from tests.strategies import programs

PROGRAM = kim_program()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("vectors") / "out"
    export(PROGRAM, open_exporter("vectors"), out)
    return out


@pytest.fixture
def files(folder):
    """What the folder holds, by path."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def numbers(text: bytes, fmt: Format) -> list[int]:
    """The integers of a text, read by Python alone."""
    lines = text.decode("ascii").splitlines()[1:]
    assert {len(line) for line in lines} == {-(-fmt.bits // 4)}
    words = [int(line, 16) for line in lines]
    return [n - (1 << fmt.bits) if fmt.signed and n >> (fmt.bits - 1) else n for n in words]


def check_texts(program: Program, files: dict[str, bytes]) -> None:
    """Every text and .npz of ``files`` against Python's own integers, for the smallest picture."""
    described = json.loads(files["vectors.json"])
    picture = min(described["pictures"], key=lambda p: p["rows"] * p["columns"])
    given = np.load(io.BytesIO(files[picture["npz"]]))
    expected = evaluate(program, given[program.input.name][0].tolist())
    assert [tensor["op"] for tensor in picture["tensors"]] == list(expected)
    for tensor in picture["tensors"]:
        wanted = expected[tensor["op"]]
        channels, rows, columns = tensor["shape"]
        streamed = [
            wanted[c][y][x] for y in range(rows) for x in range(columns) for c in range(channels)
        ]
        fmt = program.step(tensor["op"]).value.format
        assert numbers(files[tensor["file"]], fmt) == streamed
        assert given[tensor["op"]].tolist() == wanted


def test_the_texts_are_what_integers_give(files):
    check_texts(PROGRAM, files)


@settings(max_examples=8, deadline=None)
@given(programs(max_ops=4))
def test_any_program_has_vectors(program):
    assert Vectors().check(program) == []
    check_texts(program, Vectors().files(program))


def test_the_same_bytes_each_time():
    assert Vectors().files(deep_program()) == Vectors().files(deep_program())


def test_every_text_names_the_program(folder):
    texts = sorted(folder.rglob("*.hex"))
    assert len(texts) == 8 * len(PROGRAM.ops)
    assert all(PROGRAM.fingerprint in text.read_text() for text in texts)
    assert PROGRAM.fingerprint in (folder / "README.md").read_text()


def test_the_pictures_visit_both_ends_of_the_input_and_saturate_values():
    made = {stimulus.name: stimulus.picture for stimulus in for_vectors(PROGRAM)}
    assert made["natural"].shape == (32, 24)
    assert 30 < made["natural"].std() < 90
    assert set(np.unique(made["saturation"])) == {0, 255}
    assert made["pixel"].shape == (1, 1)


def test_the_python_of_the_readme_runs_in_the_folder(folder):
    code = re.search(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)[1]
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, timeout=240)


def test_the_systemverilog_of_the_readme_runs_in_the_folder(folder, require_tool):
    compiler = require_tool("iverilog", "apt-get install iverilog")
    code = re.search(r"```systemverilog\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    (folder / "check.sv").write_text(code[1])
    subprocess.run([compiler, "-g2012", "-o", "check.vvp", "check.sv"], cwd=folder, check=True)
    ran = subprocess.run(
        ["vvp", "check.vvp"], cwd=folder, check=True, capture_output=True, text=True, timeout=240
    )
    picture = for_vectors(PROGRAM)[0].picture
    large = np.load(folder / "natural.npz")["hr"]
    assert ran.stdout == f"768 in, 3072 out, first {picture[0, 0]} and {large[0, 0, 0]}\n"


@pytest.mark.parametrize("bits", [8, 10])
def test_a_users_picture_takes_the_place_of_the_others(bits, tmp_path):
    rgb = np.random.default_rng(0).integers(0, 256, (5, 6, 3)).astype(np.uint8)
    Image.fromarray(rgb).save(tmp_path / "mine.png")
    program = PROGRAM if bits == 8 else deep_program()
    files = Vectors(picture=tmp_path / "mine.png").files(program)
    described = json.loads(files["vectors.json"])
    assert [(p["name"], p["rows"], p["columns"]) for p in described["pictures"]] == [
        ("picture", 5, 6)
    ]
    lr = np.load(io.BytesIO(files["picture.npz"]))["lr"]
    exact = (16 + rgb / 255 @ [65.481, 128.553, 24.966]) * 2 ** (bits - 8)
    # MATLAB's rgb2ycbcr; of 16 bits it takes 65535 for white where video takes 65280.
    assert np.abs(lr[0] - exact).max() <= (0.51 if bits == 8 else 4.1)


def deep_program() -> Program:
    """The input as it is, of 10 bits."""
    from srq.program import Input, Output

    return Program([Input("lr", Format.parse("u10.10")), Output("hr", "lr")])


def test_mistakes_with_a_users_picture_are_told(tmp_path):
    Image.new("L", (300, 300)).save(tmp_path / "large.png")
    with pytest.raises(ImageError, match="large.png has 300 x 300 pixels.*cut out a part"):
        Vectors(picture=tmp_path / "large.png").files(PROGRAM)
    with pytest.raises(StorageError, match="does not exist"):
        Vectors(picture=tmp_path / "none.png").files(PROGRAM)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ImageError):
        Vectors(picture=tmp_path / "text.png").files(PROGRAM)
    with pytest.raises(ConfigError, match="must be a path, not 3"):
        open_exporter("vectors", picture=3)
