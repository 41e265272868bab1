"""Tables in pages, pasted from result files: ``python -m srq.evaluate.paste PAGE...``.

A page says where a table belongs, and from which file (relative to the page) it comes::

    <!-- table: ../benchmarks/results/table1.json published -->
    <!-- end of table -->

Both lines start at the margin, and what stands between them is replaced. The word ``published``
adds the figures that others published. A test compares the pages of srq with their files. What is
no table of an evaluation is brought by its benchmark, which calls ``filled``.
"""

import re
import sys
from pathlib import Path

from srq.errors import ConfigError
from srq.evaluate.result import Evaluation
from srq.evaluate.tables import markdown
from srq.files import write_text

_PLACE = re.compile(
    r"(?P<begin>^<!-- table: (?P<file>\S+)(?P<options>(?: \S+)*) -->\n)"
    r".*?"
    r"(?P<end>^<!-- end of table -->)",
    re.DOTALL | re.MULTILINE,
)


def pasted(text: str, folder: Path) -> str:
    """``text`` with each table as its result file, relative to ``folder``, now says it.

    Raises ConfigError for an option that is not known, DataError or StorageError for a file
    that is no evaluation or cannot be read.
    """

    def replace(place: re.Match[str]) -> str:
        options = place["options"].split()
        unknown = set(options) - {"published"}
        if unknown:
            raise ConfigError(
                f"A table's place knows the option 'published', not '{min(unknown)}'."
            )
        evaluation = Evaluation.read(folder / place["file"])
        table = markdown(evaluation, published=bool(options))
        return f"{place['begin']}\n{table}\n{place['end']}"

    return _PLACE.sub(replace, text)


def filled(page: str, name: str, text: str) -> str:
    """``page`` with ``text`` between its ``<!-- NAME -->`` and ``<!-- end of NAME -->``.

    Raises ConfigError if the page has no such place.
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, found, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ConfigError(f"A page must have {begin} and {end} where '{name}' belongs.")
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"


def main(pages: list[str]) -> None:
    """Bring the tables of the pages up to date; pages that are so already stay untouched."""
    for name in pages:
        page = Path(name)
        before = page.read_text(encoding="utf-8")
        after = pasted(before, page.parent)
        if after != before:
            write_text(page, after)
            print(f"{page}: tables brought up to date")


if __name__ == "__main__":
    main(sys.argv[1:])
