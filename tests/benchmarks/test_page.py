"""benchmarks/README.md lists every benchmark, study and result."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "benchmarks"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\|.*\| `(benchmarks\.[\w.]+)[^`]*` \| `([^`]*)` \|", PAGE, re.MULTILINE)


def modules():
    """The modules that can be run, by their docstrings: those that ask a question."""
    places = ("", "hardware/", "studies/", "studies/*/")
    files = [file for place in places for file in FOLDER.glob(f"{place}*.py")]
    for file in files:
        if "__main__" in (text := file.read_text(encoding="utf-8")) or file.stem == "__main__":
            assert "?" in text.split("\n\n")[0] or ":" in text.split("\n\n")[0], file
            path = file.parent if file.stem == "__main__" else file.with_suffix("")
            yield ".".join(path.relative_to(ROOT).parts)


def test_every_question_has_a_row():
    assert sorted(name for name, _ in ROWS) == sorted(modules())


def test_every_result_belongs_to_a_row():
    results = {
        re.sub(r"-kim-x\d.*(?=\.json)", "-NETWORK", file.name) + "/" * file.is_dir()
        for file in (FOLDER / "results").iterdir()
    }
    evaluations = {f"{name}.json" for name in ("zoo-starts", "zoo-x2", "zoo-x2-compressed")}
    evaluations |= {
        "zoo-x1-compressed.json",
        "zoo-x3.json",
        "zoo-x4.json",
        "zoo-x2-fpga.json",
        "zoo-x2-longer.json",
        "ladder-x2-large-8bit.json",
        "peers-x2.json",
    }
    evaluations |= {
        f"ladder-x{s}{of}.json" for s in (2, 4) for of in ("", "-programs", "-compressed")
    }
    assert results - evaluations <= {result for _, result in ROWS}
