"""docs/upscale.md says what the code does."""

import re
from pathlib import Path

from srq.upscaling import enlarge, transparency

PAGE = (Path(__file__).parents[2] / "docs" / "upscale.md").read_text()


def test_the_python_runs(stocked_zoo):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "page", "exec"), {})


def test_its_figures_are_those_of_the_code():
    text = " ".join(PAGE.split())
    threshold = enlarge.ROUNDING
    assert f"in full from {2 * threshold:g} codes on, not at all below {threshold:g}" in text
    assert transparency._TRUSTED == 8
    assert "less alpha than an eighth" in text
