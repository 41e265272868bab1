import pytest
from sqlalchemy import update

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")

from srq.store.library import albums, pictures, saved
from srq.store.library.gc import collect
from srq.store.library.tables import Picture
from tests.store.library.conftest import account_of, drain, taken

EVERYWHERE = True


def test_nothing_yet(library, account):
    found = saved.totals(library, account)
    assert (found.pictures, found.came, found.ratio) == (0, 0, None)
    with library.database.reading() as session:
        assert saved.over_time(session, account) == []
        assert sum(number for _, number in saved.histogram(session, account)) == 0


def test_all_bytes_count(library, account, jpeg):
    ids = [taken(library, account, jpeg + bytes([n])) for n in range(2)]
    first = saved.totals(library, account)
    assert (first.pictures, first.waiting, first.came) == (2, 2, 2 * len(jpeg) + 2)
    assert (first.originals, first.previews, first.candidates) == (0, 0, 0)
    assert first.stored > first.came  # records
    assert first.rows == library.database.size()
    drain(library)
    decided = saved.totals(library, account)
    assert decided.originals == decided.came
    assert decided.previews > 0
    collect(library)
    settled = saved.totals(library, account)
    assert (settled.originals, settled.candidates) == (0, 0)
    assert settled.stored < settled.came
    used = account_of(library, account).used
    assert settled.takes == used + settled.rows
    assert settled.ratio == settled.came / settled.takes
    with library.database.reading() as session:
        ((_, count, came, size),) = saved.over_time(session, account)
    assert (count, came, size) == (2, settled.came, used)
    with library.database.writing() as session:
        pictures.delete(session, account, ids)
    with library.database.reading() as session:
        assert saved.over_time(session, account)[0][1:] == (0, 0, 0)


def test_groups(library, account, jpeg):
    ids = [taken(library, account, jpeg + bytes([n])) for n in range(4)]
    with library.database.writing() as session:
        album = albums.album_named(session, account, "sea")
        albums.add(session, account, album.id, ids[:3])
        for one, score in zip(ids, (72.4, 75.0, -3.0, None), strict=True):
            session.execute(
                update(Picture)
                .where(Picture.id == one)
                .values(ssimulacra2=score, state="settled", way="avif" if score else "jxl")
            )
    with library.database.reading() as session:
        ways = saved.by_way(session, account)
        assert [(one.name, one.pictures) for one in ways] == [("avif", 3), ("jxl", 1)]
        (sea,) = saved.by_album(session, account)
        assert (sea.name, sea.pictures, sea.came) == ("sea", 3, 3 * len(jpeg) + 3)
        bins = dict(saved.histogram(session, account))
    assert {place for place, number in bins.items() if number} == {0, 70, 75, 100}
    assert sum(bins.values()) == 4
