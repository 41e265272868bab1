"""docs/guide/evaluate.md: its example runs."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "evaluate.md"


@pytest.mark.usefixtures("real_sets")
def test_the_example_runs():
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(example, "docs/guide/evaluate.md", "exec"), {})
