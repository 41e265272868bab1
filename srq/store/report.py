"""The page of a plan: what a folder would take, by what, and what would be lost."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from srq.page import escaped, page

_STYLE = """
.bar { background: var(--bar); height: .7rem; display: inline-block; min-width: 1px; }
td.why { color: GrayText; }
"""


def report_page(found: dict[str, Any], title: str) -> str:
    """The page of ``srq.store.plan.summary``'s values."""
    return page(title, _STYLE, _parts(found, title))


def _parts(found: dict[str, Any], title: str) -> Iterator[str]:
    yield f"<h1>{escaped(title)}</h1>"
    ratio = found["ratio"]
    told = "" if ratio is None else f", {ratio:.2f} times smaller"
    yield (
        f"<p>Mode {escaped(found['mode'])}: {found['pictures']} pictures of"
        f" {size(found['bytes_came'])} would take {size(found['bytes_stored'])}{told}, records"
        f" included. {found['kept']} are kept as they came, {found['failed']} cannot be read.</p>"
    )
    yield from _by_way(found["rows"])
    yield "<h2>Pictures</h2>"
    head = ("came", "stored", "SSIMULACRA2", "PSNR", "SSIM")
    numbers = "".join(f'<th class="n">{name}</th>' for name in head)
    yield f"<table><thead><tr><th>picture</th><th>by</th>{numbers}</tr></thead><tbody>"
    yield from map(_row, found["rows"])
    yield "</tbody></table>"


def _by_way(rows: list[dict[str, Any]]) -> Iterator[str]:
    """How many pictures each way was chosen for, as bars."""
    count = Counter(row["chosen"]["way"] for row in rows if "chosen" in row)
    if not count:
        return
    yield "<h2>What was chosen</h2><table><tbody>"
    most = max(count.values())
    for way, number in count.most_common():
        bar = f'<span class="bar" style="width:{20 * number / most:.2f}rem"></span>'
        yield f'<tr><td>{escaped(way)}</td><td class="n">{number}</td><td>{bar}</td></tr>'
    yield "</tbody></table>"


def _row(row: dict[str, Any]) -> str:
    name = f"<td>{escaped(row['name'])}</td>"
    if "chosen" not in row:
        return f'<tr>{name}<td class="why" colspan="6">{escaped(row["sentence"])}</td></tr>'
    chosen = row["chosen"]
    by = escaped(chosen["way"])
    if row["kept"]:
        by += f"<br><small>{escaped(row['kept'])}</small>"
    measured = chosen["fidelity"]
    values = [size(row["bytes_came"]), size(chosen["bytes"])]
    if measured is None:
        values += ["every byte", "", ""]
    else:
        values += [
            f"{measured['ssimulacra2']:.1f}",
            f"{measured['psnr']:.2f}",
            f"{measured['ssim']:.4f}",
        ]
    cells = "".join(f'<td class="n">{value}</td>' for value in values)
    return f"<tr>{name}<td>{by}</td>{cells}</tr>"


def size(count: int) -> str:
    """Bytes for people: three digits and a unit of 1000."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{value:.3g} {unit}" if unit != "B" else f"{count} B"
