"""Fills the tables of the pages from result files: ``python -m scripts.tools.pages [PAGE ...]``.

A page says where a table belongs and where it comes from. It is an evaluation's file, relative
to the page, or one of the tables of a benchmark::

    <!-- table: ../../benchmarks/results/zoo-x2.json published -->
    <!-- end of table -->

    <!-- table: throughput frames -->
    <!-- end of table -->

Both lines start at the margin, and what stands between them is replaced. The word ``published``
adds the figures that others published. Without arguments all pages of the repository are filled.
With ``--plots`` the plots beside them are drawn as well. A test keeps the tables current.
"""

import argparse
import re
from pathlib import Path

from srq.errors import ConfigError
from srq.evaluate import Evaluation
from srq.evaluate.tables import markdown
from srq.files import write_text
from srq.registry import Entry, Registry, suggestion

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "hw", "srq", "benchmarks")

TABLES = Registry(
    "table",
    {
        "adders": Entry("benchmarks.studies.adders:tables"),
        "choice": Entry("benchmarks.studies.choice:tables"),
        "ladder": Entry("benchmarks.ladder:tables"),
        "curation": Entry("benchmarks.studies.curation:tables"),
        "degrade": Entry("benchmarks.degrade:tables"),
        "hardware": Entry("benchmarks.hardware.tables:tables"),
        "mutations": Entry("benchmarks.studies.mutations.tables:tables"),
        "noise_realism": Entry("benchmarks.studies.noise_realism:tables"),
        "odd_files": Entry("benchmarks.studies.odd_files:tables"),
        "pictures": Entry("benchmarks.pictures:tables"),
        "planted": Entry("benchmarks.studies.planted.tables:tables"),
        "port_pressure": Entry("benchmarks.studies.port_pressure:tables"),
        "quantization": Entry("benchmarks.studies.quantization:tables"),
        "restoration": Entry("benchmarks.studies.restoration:tables"),
        "restoring": Entry("benchmarks.restoring:tables"),
        "rtl_mutations": Entry("benchmarks.studies.rtl_mutations:tables"),
        "runtimes": Entry("benchmarks.studies.runtimes:tables"),
        "shader": Entry("benchmarks.studies.shader:tables"),
        "shader_ten_bits": Entry("benchmarks.studies.shader_ten_bits:tables"),
        "store": Entry("benchmarks.store_tables:tables"),
        "store_growth": Entry("benchmarks.store_growth:tables"),
        "store_load": Entry("benchmarks.store_load:tables"),
        "throughput": Entry("benchmarks.throughput_tables:tables"),
        "training_sets": Entry("benchmarks.studies.training_sets:tables"),
        "tricks": Entry("benchmarks.studies.tricks:tables"),
        "triplet": Entry("benchmarks.studies.triplet:tables"),
        "web_inputs": Entry("benchmarks.studies.web_inputs:tables"),
        "verified": Entry("benchmarks.studies.verified:tables"),
        "video": Entry("benchmarks.video:tables"),
        "wasm": Entry("benchmarks.wasm:tables"),
    },
)
"""Functions without arguments: the tables of a benchmark's results, markdown by name."""

PLOTS = {
    "docs/results/adders.png": Entry("benchmarks.studies.adders:plot"),
    "docs/results/floorplan.png": Entry("benchmarks.hardware.floorplan:plot"),
    "docs/results/ladder.png": Entry("benchmarks.ladder:plot"),
    "docs/results/performance.png": Entry("benchmarks.throughput_tables:plot"),
    "docs/results/quantization.png": Entry("benchmarks.studies.quantization:plot"),
    "docs/results/store.png": Entry("benchmarks.store_tables:plot"),
}
"""Functions of the path that they draw to."""

_PLACE = re.compile(
    r"(?P<begin>^<!-- table: (?P<source>\S+)(?P<options>(?: \S+)*) -->\n)"
    r".*?"
    r"(?P<end>^<!-- end of table -->)",
    re.DOTALL | re.MULTILINE,
)


_MARKS = [
    re.compile(r"^<!-- table: .* -->$", re.MULTILINE),
    re.compile(r"^<!-- end of table -->$", re.MULTILINE),
]


def pages() -> list[Path]:
    """All pages of the repository."""
    return [
        *sorted(ROOT.glob("*.md")),
        *(page for folder in FOLDERS for page in sorted((ROOT / folder).glob("**/*.md"))),
    ]


def fill(text: str, folder: Path) -> str:
    """``text`` with each table as its results now have it; files are relative to ``folder``.

    Raises ConfigError for a table or an option that is not known, or a place without its end;
    DataError or StorageError for a file that is no evaluation or cannot be read.
    """
    places = len(_PLACE.findall(text))
    if any(len(mark.findall(text)) != places for mark in _MARKS):
        raise ConfigError("A table's place must both begin and end, each on a line of its own.")

    def replace(place: re.Match[str]) -> str:
        options = place["options"].split()
        if place["source"].endswith(".json"):
            table = evaluation_table(folder / place["source"], options)
        else:
            table = benchmark_table(place["source"], options)
        return f"{place['begin']}\n{table.strip()}\n\n{place['end']}"

    return _PLACE.sub(replace, text)


def evaluation_table(path: Path, options: list[str]) -> str:
    """The tables of an evaluation."""
    unknown = set(options) - {"published"}
    if unknown:
        raise ConfigError(f"A table's place knows the option 'published', not '{min(unknown)}'.")
    return markdown(Evaluation.read(path), published=bool(options))


def benchmark_table(benchmark: str, names: list[str]) -> str:
    """One of the tables of a benchmark."""
    tables: dict[str, str] = TABLES.load(benchmark)()
    name = " ".join(names)
    if name not in tables:
        hint = suggestion(name, tables)
        raise ConfigError(f"The benchmark '{benchmark}' has no table '{name}'; {hint}")
    return tables[name]


def main() -> None:
    """Bring the tables of the pages up to date; pages that are so already stay untouched."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0] + ".")
    parser.add_argument("pages", type=Path, nargs="*", metavar="PAGE")
    parser.add_argument("--plots", action="store_true", help="draw the plots as well")
    options = parser.parse_args()
    for page in options.pages or pages():
        before = page.read_text(encoding="utf-8")
        after = fill(before, page.parent)
        if after != before:
            write_text(page, after)
            print(f"{page}: tables brought up to date")
    if options.plots:
        for name, entry in PLOTS.items():
            entry.load()(ROOT / name)


if __name__ == "__main__":
    main()
