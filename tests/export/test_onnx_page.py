"""The folder alone: its script runs as its page says, and gives the reference's integers."""

import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import srq
from srq.export import export
from srq.fixed import Format
from srq.program import Conv, Input, NearestUpsample, Output, Program, load
from srq.program.reference import Reference
from srq.zoo import resolve
from tests.export.onnx_runs import Onnx

DOCS = Path(__file__).parents[2] / "docs" / "guide" / "export" / "onnx.md"
KIM = load(resolve("kim-x2", "program"))
DEEP = Program(
    [
        Input("lr", Format(False, 10, 10)),
        NearestUpsample("nearest", "lr", 2),
        Output("hr", "nearest"),
    ]
)


@pytest.fixture
def run_page(tmp_path, monkeypatch):
    """Export, check the page against the folder, and run its script in the folder."""

    def run_it(program, exporter, suffix):
        folder = tmp_path / "folder"
        export(program, exporter, folder)
        page = (folder / "README.md").read_text()
        script = (folder / "upscale.py").read_text()
        assert program.fingerprint in page
        assert f"```python\n{script}```" in page
        command = f"python upscale.py small{suffix} large{suffix}"
        assert command in page.splitlines()
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", command.split()[1:])
        return lambda: runpy.run_path("upscale.py", run_name="__main__")

    return run_it


def noise(*shape):
    return np.random.default_rng(5).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("form", ["luma", "gray"])
def test_gray_pictures(run_page, form):
    script = run_page(KIM, Onnx(form=form), ".png")
    Image.fromarray(noise(8, 9)).save("small.png")
    script()
    np.testing.assert_array_equal(np.asarray(Image.open("large.png")), Reference(KIM)(noise(8, 9)))


def test_colour_pictures(run_page):
    script = run_page(KIM, Onnx(form="rgb"), ".png")
    Image.fromarray(noise(8, 9, 3)).save("small.png")
    script()
    expected = srq.upscale(noise(8, 9, 3), "kim-x2", engine="reference")
    off = np.asarray(Image.open("large.png")).astype(int) - expected
    assert (np.abs(off) <= 1).all()
    assert (off != 0).mean() < 0.01  # A value all but halfway may be rounded either way.


@pytest.mark.parametrize(
    ("program", "choices"),
    [
        (KIM, {}),
        (KIM, {"form": "gray"}),
        (KIM, {"kind": "qonnx"}),
        (DEEP, {}),
        (DEEP, {"form": "gray"}),
    ],
)
def test_the_check_vector_is_given_back(program, choices, tmp_path, monkeypatch, capsys):
    if "kind" in choices:
        pytest.importorskip("qonnx")
    folder = tmp_path / "folder"
    export(program, Onnx(**choices), folder)
    assert "python check.py" in (folder / "README.md").read_text().splitlines()
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path("check.py", run_name="__main__")
    assert (ended.value.code, capsys.readouterr().out) == (False, "equal: 9216 pixels\n")
    wrong = np.load("output.npy")
    wrong[0, 0, 63, 143] = wrong[0, 0, 63, 143] == 0
    np.save("output.npy", wrong)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path("check.py", run_name="__main__")
    assert (ended.value.code, capsys.readouterr().out) == (True, "1 of 9216 pixels differ\n")


def test_what_floats_may_round_has_no_check_vector():
    files = Onnx(form="rgb").files(KIM)
    assert not {"check.py", "input.npy", "output.npy"} & set(files)
    assert b"check.py" not in files["README.md"]


def widest_conv(program):
    kernels = [
        list(attribute.ints)
        for node in Onnx().model(program).graph.node
        for attribute in node.attribute
        if attribute.name == "kernel_shape"
    ]
    return kernels[0]


@pytest.mark.parametrize(("more", "kernel"), [(16, [3, 3]), (384, [3, 4])])
def test_a_kernel_of_3x3_is_no_more_where_that_is_cheap(more, kernel):
    """And the page says so; 4 x 9 weights are at most 15 % of all, or 3 x 5 %."""
    u8 = Format(False, 8, 8)
    ones = np.ones((4, 1, 3, 3), int)
    wide = np.ones((more // 4, 4, 1, 1), int)
    program = Program(
        [
            Input("lr", u8),
            Conv("first", "lr", ones, weight_bits=2, weight_frac=4, format=u8),
            Conv("second", "first", wide, weight_bits=2, weight_frac=6, format=u8),
            Conv("last", "second", np.ones((1, more // 4, 1, 1), int), weight_bits=2,
                 weight_frac=6, format=u8),
            Output("hr", "last"),
        ]
    )  # fmt: skip
    assert widest_conv(program) == kernel
    page = Onnx().files(program)["README.md"].decode()
    assert ("enableWinograd(False)" in page) == (kernel == [3, 3])


@pytest.mark.parametrize(("form", "peak"), [("luma", 1), ("gray", 1023)])
def test_more_bits_than_pictures_have(run_page, form, peak):
    script = run_page(DEEP, Onnx(form=form), ".npy")
    codes = np.arange(0, 1023, 93, dtype=np.uint16).reshape(1, 11)
    np.save("small.npy", codes if peak == 1 else (codes / peak).astype(np.float32))
    script()
    made = np.load("large.npy")
    np.testing.assert_array_equal(made * np.float32(peak), Reference(DEEP)(codes))


def test_qonnx(run_page):
    pytest.importorskip("qonnx")
    script = run_page(KIM, Onnx(kind="qonnx"), ".npy")
    np.save("small.npy", noise(5, 6))
    script()
    made = np.load("large.npy")
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made, Reference(KIM)(noise(5, 6)))


@pytest.mark.parametrize("kind", ["exact", "float"])
@pytest.mark.parametrize("form", ["luma", "gray", "rgb"])
def test_the_page_says_what_the_numbers_are(kind, form):
    if kind == "float":
        pytest.importorskip("torch")
    page = Onnx(kind=kind, form=form).files(KIM)["README.md"].decode()
    assert ("| `input` | uint8 |" in page) == (form == "luma")
    assert ("| `output` | float32 | (N, 3, 2 H, 2 W) |" in page) == (form == "rgb")
    assert ("Why it is exact" in page) == (kind == "exact")
    assert ("VapourSynth" in page) == (form == "gray")
    assert "$" not in page


def test_what_docs_onnx_shows_works(tmp_path, monkeypatch):
    """The commands' folders, and the example in the first of them."""
    text = DOCS.read_text()
    commands = re.findall(r"^srq export onnx kim-x2 (\S+)([^#\n]*)", text, re.MULTILINE)
    assert len(commands) == 4
    for folder, words in commands:
        choices = dict(re.findall(r"--(\w+) (\w+)", words))
        export(KIM, Onnx(**choices), tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(example, {})
