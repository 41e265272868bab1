"""docs/design/add-a-model.md: its code is the repository's, and its examples run."""

import re
from pathlib import Path

from srq.models import build
from srq.models.capture import capture
from srq.train.config import TrainConfig

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "design" / "add-a-model.md").read_text(encoding="utf-8")
QUOTES = re.findall(r"<!-- (file|line): (\S+) -->\n```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_quotes_a_file_and_a_line():
    assert [kind for kind, _, _ in QUOTES] == ["file", "line"]


def test_the_quoted_file_is_the_file():
    (quote,) = (text for kind, _, text in QUOTES if kind == "file")
    assert quote == (ROOT / "srq/models/espcn.py").read_text(encoding="utf-8")


def test_the_quoted_line_is_in_the_list():
    (quote,) = (text for kind, _, text in QUOTES if kind == "line")
    assert quote in (ROOT / "srq/models/registry.py").read_text(encoding="utf-8")


def test_the_configuration_is_one_and_its_network_can_become_integers():
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    config = TrainConfig.parse(text, "espcn.toml")
    capture(build(config.model.name, scale=config.model.scale, **config.model.options))


def test_the_examples_run():
    examples = re.findall(r"(?<!-->\n)```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 4
    exec(compile("\n".join(examples), "docs/design/add-a-model.md", "exec"), {})
