"""The table of tricks in docs/results/training.md is that of its result file."""

import json
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_page_shows_the_result_file():
    pasted = runpy.run_path(str(ROOT / "benchmarks" / "studies" / "tricks.py"))["pasted"]
    record = json.loads((ROOT / "benchmarks" / "results" / "tricks.json").read_text())
    page = (ROOT / "docs" / "results" / "training.md").read_text()
    assert "<!-- tricks -->" in page
    assert pasted(page, record) == page
