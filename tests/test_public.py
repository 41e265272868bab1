"""The public names of srq: there when asked for, typed and documented."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import srq

ROOT = Path(__file__).parents[1]
NAMES = sorted(set(srq.__all__) - {"__version__"})
NEED_TORCH = {"lower", "quantize"}

USER = """
import numpy as np
import srq

twin = srq.quantize("kim-x2", calibration=["photos"]).twin
program: srq.Program = srq.lower(twin, name="mine")
srq.export(program, "c", "mine-c")
assert not any(outcome.state.is_wrong for outcome in srq.verify(program, ["tiles"], quick=True))
print(srq.evaluate([program, "kim-x2"], "photos").to_json())
print(srq.upscale(np.zeros((8, 8), np.uint8), srq.load("kim-x2")).shape)
"""

WRONG = {
    'srq.upscale("photo.png").show()': "attr-defined",
    "srq.export(1, 'c', 'kim-c')": "arg-type",
    "srq.verify(srq.load('kim-x2').program, quick='yes')": "arg-type",
    "srq.lower('twin')": "arg-type",
    "srq.quantize(10)": "arg-type",
    "srq.quantize('kim-x2', bits=8)": "call-arg",
    "srq.nothing": "attr-defined",
}
"""Lines of a user's that a checker must find, and what it calls them."""


def fresh(script, folder=ROOT):
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


def public(name):
    if name in NEED_TORCH:
        pytest.importorskip("torch")
    return inspect.unwrap(getattr(srq, name))


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_says_what_it_is(name):
    found = public(name)
    assert found.__name__ == name
    assert inspect.getdoc(found)
    signature = inspect.signature(getattr(srq, name))
    assert all(p.annotation is not p.empty for p in signature.parameters.values())


def test_all_names_are_listed_and_no_other_is_there():
    assert set(srq.__all__) <= set(dir(srq))
    with pytest.raises(AttributeError, match="module 'srq' has no attribute 'nothing'"):
        _ = srq.nothing


@pytest.mark.parametrize(
    "before",
    [
        "",
        "import srq.export.c; assert srq.export.c.C",
        "from srq.export import EXPORTERS",
        "from srq import export",
        "import srq.cli.export",
    ],
)
def test_a_package_is_called_as_its_function_whatever_was_imported(before):
    done = fresh(
        f"import srq\n{before}\n"
        "assert srq.export.__wrapped__ is srq.export.export\n"
        "try: srq.export(srq.load('kim-x2').program, 'd', 'nowhere')\n"
        "except Exception as error: print(error)\n"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("There is no exporter 'd'")


def checked(folder, script):
    pytest.importorskip("mypy")
    (folder / "user.py").write_text(script)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "user.py"],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "MYPYPATH": str(ROOT)},  # an editable srq is found by no checker
    )  # fmt: skip


@pytest.mark.slow
def test_a_users_script_runs(tmp_path):
    pytest.importorskip("torch")
    (tmp_path / "photos").mkdir()
    Image.effect_noise((300, 200), 50).save(tmp_path / "photos" / "noise.png")
    done = fresh(USER, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\n(16, 16)\n")
    assert (tmp_path / "mine-c" / "manifest.json").exists()


@pytest.mark.slow
def test_a_users_script_is_strictly_typed(tmp_path):
    assert "Success" in checked(tmp_path, USER).stdout
    wrong = checked(tmp_path, "import srq\n" + "\n".join(WRONG)).stdout
    for number, code in enumerate(WRONG.values(), start=2):
        assert any(f":{number}:" in line and f"[{code}]" in line for line in wrong.splitlines())
