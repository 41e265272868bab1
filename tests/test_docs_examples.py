"""Every example of the pages runs, or says why it does not."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("hw/**/*.md")])
BLOCK = re.compile(r"(?:<!-- (?P<mark>.*?) -->\n)?^```python\n(?P<code>.*?)^```", re.M | re.S)
QUOTED = ("file: ", "line: ")
ELSEWHERE = {
    "docs/design/add-a-model.md": "tests/models/test_add_a_model.py",
    "docs/design/add-an-exporter.md": "tests/export/test_add_an_exporter.py",
    "docs/guide/data.md": "tests/datasets/test_pages.py",
    "docs/guide/evaluate.md": "tests/evaluate/test_page.py",
    "docs/guide/export/onnx.md": "tests/export/test_onnx_page.py",
    "docs/guide/upscale.md": "tests/upscaling/test_page.py",
    "docs/guide/verify.md": "tests/verify/test_page.py",
    "docs/reference/degrade.md": "tests/datasets/test_pages.py",
}
"""Pages whose examples need something, and the tests that have it and run them."""


def examples(page):
    """The Python blocks of a page that are to run, in order."""
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        mark = block["mark"] or ""
        if mark.startswith("not run:"):
            assert len(mark) > len("not run: "), f"{page}: a reason is missing"
        elif not mark.startswith(QUOTED):
            yield block["code"]


WITH_EXAMPLES = {
    name: page
    for page in PAGES
    if any(examples(page)) and (name := page.relative_to(ROOT).as_posix()) not in ELSEWHERE
}


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_python_of_a_page_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = "\n".join(examples(WITH_EXAMPLES[name]))
    exec(compile(code, name, "exec"), {"__name__": "page"})


@pytest.mark.parametrize("name", ELSEWHERE)
def test_other_examples_are_run_by_their_own_test(name):
    assert any(examples(ROOT / name))
    test = (ROOT / ELSEWHERE[name]).read_text(encoding="utf-8")
    assert Path(name).name in test
    assert "exec(" in test


@pytest.mark.slow
def test_the_tutorial_works(tmp_path, require_tool):
    """Every command of the page, in order; the training has only a few steps."""
    pytest.importorskip("da4ml")
    require_tool("make", "apt-get install make")
    page = (ROOT / "docs" / "guide" / "tutorial.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    commands = "".join(blocks).splitlines()
    assert len(commands) == 11
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    short = ["--set", "steps=20", "--set", "optim.warmup=2", "--set", "validate.every=20"]
    short += ["--set", "run.threads=1"]
    for command in commands:
        words = shlex.split(command)
        if words[:2] == ["srq", "train"]:
            words += short
        if words[0] in ("srq", "python"):
            words[:1] = [sys.executable, *(["-m", "srq"] if words[0] == "srq" else [])]
        done = subprocess.run(
            words,
            cwd=tmp_path,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    for file in re.findall(r"^\| (`.*?`) \|", page, re.MULTILINE):
        for path in re.findall(r"`(.+?)`", file):
            assert any(tmp_path.glob(f"**/{path.rstrip('/')}")), path
