"""What was saved: over time, by codec, by album, and how near the restored pictures are."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from srq.store.library import saved
from srq.store.web import charts
from srq.store.web.pages import page, plain_name
from srq.store.web.security.visitor import PageVisitor
from srq.store.web.server import server_of

router = APIRouter(include_in_schema=False)


@router.get("/saved")
def saved_page(request: Request, visitor: PageVisitor) -> Response:
    """All of it; every byte counts."""
    library = server_of(request).library
    totals = saved.totals(library, visitor.id)
    with library.database.reading() as session:
        days = [(day, came, takes) for day, _, came, takes in saved.over_time(session, visitor.id)]
        ways = _named(saved.by_way(session, visitor.id))
        albums = [
            (f"{one.name} ({one.pictures})", one.came, one.bytes)
            for one in saved.by_album(session, visitor.id)
        ]
        bins = saved.histogram(session, visitor.id)
    parts = [
        ("Stored pictures and their records", totals.stored),
        ("Originals that are still here", totals.originals),
        ("Other modes, until the originals go", totals.candidates),
        ("Previews", totals.previews),
        ("Rows of the database", totals.rows),
    ]
    if visitor.is_admin:
        parts.append(("Restored files at hand, of all accounts", totals.cache))
    return page(
        request,
        "saved.html",
        totals=totals,
        settled=totals.takes - totals.originals - totals.candidates,
        parts=parts,
        charts={
            "time": charts.growth(days, ("came", "taken")),
            "codec": charts.bars(ways),
            "album": charts.bars(albums),
            "fidelity": charts.histogram(bins, saved.BIN),
        },
    )


def _named(rows: Sequence[saved.Sum]) -> list[tuple[str, int, int]]:
    """Ways in words, those of the same words together."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        found = sums.setdefault(plain_name(row.name), [0, 0, 0])
        for place, more in enumerate((row.pictures, row.came, row.bytes)):
            found[place] += more
    return [(f"{name} ({count})", came, takes) for name, (count, came, takes) in sums.items()]
