"""A part's log as a Parquet file: a row for each LR picture."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_TEXTS = (
    *("source", "source_sha256", "hr", "hr_member", "hr_name", "hr_sha256"),
    *("path", "member", "output", "sha256", "recipe", "steps"),
)
_NUMBERS = ("scale", "seed")


def write_parquet(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write the lines of a log, with what an LR and its HR have; ``steps`` is their JSON text."""
    import pyarrow
    import pyarrow.parquet

    rows = [_row(line, low) for line in lines for low in line["lr"]]
    fields = [(name, pyarrow.string()) for name in _TEXTS]
    fields += [(name, pyarrow.int64()) for name in _NUMBERS]
    table = pyarrow.Table.from_pylist(rows, pyarrow.schema(fields))
    pyarrow.parquet.write_table(table, path, compression="zstd")


def _row(line: Mapping[str, Any], low: Mapping[str, Any]) -> dict[str, Any]:
    row = {**{key: value for key, value in line.items() if key != "lr"}, **low}
    row["steps"] = json.dumps(low["steps"])
    for name in _TEXTS:
        # A name that is no UTF-8 has no other way into Parquet.
        if isinstance(row.get(name), str):
            row[name] = row[name].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return {name: row.get(name) for name in (*_TEXTS, *_NUMBERS)}
