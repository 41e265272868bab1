import json
from html.parser import HTMLParser

import pytest

from srq.datasets.degrading.report import NUMBERS, PAGE, report
from srq.datasets.degrading.run import degrade
from srq.datasets.manifest import read_manifest
from srq.degrade import Recipe
from srq.errors import DataError

RECIPE = Recipe.parse(
    """
    [[step]]
    [step.fork]
    plain = [{ kind = "downscale" }]
    jpeg = [{ kind = "downscale" },
            { kind = "jpeg", quality = [40, 90], subsampling = ["4:2:0", "4:4:4"] },
            { kind = "noise", sigma = [0.01, 0.02] }]
    """,
    "two",
)


@pytest.fixture
def run(photos, tmp_path):
    (photos / "<b>.png").write_bytes(b"no picture")
    degrade(photos, tmp_path / "lr", recipe=RECIPE, scale=2, part=2)
    return tmp_path / "lr"


def test_counts_and_draws_are_those_of_the_manifest(run):
    found = report(run)
    assert found == json.loads((run / NUMBERS).read_text())
    assert (found["sources"], found["lows"]) == (6, 10)
    assert found["outputs"] == {"plain": 5, "jpeg": 5}
    assert list(found["rejected"]) == ["<b>.png"]
    lows = [low for entry in read_manifest(run / "manifest.jsonl") for low in entry.lr]
    steps = [step for low in lows for step in low.steps or ()]
    for kind, name in (("jpeg", "quality"), ("noise", "sigma")):
        values = [step[name] for step in steps if step["kind"] == kind]
        draw = found["steps"][kind]["draws"][name]
        assert (draw["low"], draw["high"]) == (min(values), max(values))
        assert draw["mean"] == pytest.approx(sum(values) / len(values))
        assert (draw["count"], sum(draw["bins"])) == (5, 5)
    words = found["steps"]["jpeg"]["draws"]["subsampling"]["words"]
    assert sum(words.values()) == 5
    assert set(words) <= {"4:2:0", "4:4:4"}


def test_the_page_is_sound_and_names_what_was_rejected(run):
    report(run)
    page = (run / PAGE).read_text()
    assert "&lt;b&gt;.png" in page
    assert "<b>" not in page
    opened = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag != "meta":
                opened.append(tag)

        def handle_endtag(self, tag):
            assert opened.pop() == tag

    Reader().feed(page)
    assert opened == []


def test_a_report_is_no_part_of_the_run(run):
    from srq.datasets.degrading.verify import verify

    report(run)
    assert verify(run).differences == ()
    with pytest.raises(DataError, match="is no run"):
        report(run.parent)
