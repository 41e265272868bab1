"""docs/guide/upscale.md says what the code does."""

import json
import re
from pathlib import Path

from srq.upscaling import detail, transparency

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guide" / "upscale.md").read_text()


def test_the_python_runs(stocked_zoo):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "page", "exec"), {})


def test_its_figures_are_those_of_the_code():
    text = " ".join(PAGE.split())
    threshold = detail.ROUNDING
    assert f"in full from {2 * threshold:g} codes on, not at all below {threshold:g}" in text
    assert transparency._TRUSTED == 8
    assert "less alpha than an eighth" in text


def test_the_memory_of_a_large_picture():
    text = " ".join(PAGE.split())
    memory = json.loads((ROOT / "benchmarks/results/memory/avx512vnni.json").read_text())[-1]
    side = memory["side"]
    assert f"of {side} x {side} pixels became one of {2 * side} x {2 * side}" in text
    assert f"at most {memory['peak'] / 1e9:.1f} GB" in text
    assert f"{memory['peak_over_picture']:.2f} times the" in text
    assert f"{memory['peak_over_result']:.2f} times that of the result" in text
