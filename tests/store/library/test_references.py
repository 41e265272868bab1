"""Blobs are counted, and go in two steps."""

from sqlalchemy import select

from srq.store.library.references import adopt_orphans, hold, hold_again, release, sweep_unused
from srq.store.library.tables import Blob, now

EVERYWHERE = True


def later():
    return now() + 1000


def refs(library):
    with library.database.reading() as session:
        return dict(session.execute(select(Blob.sha256, Blob.refs)).all())


def test_counts(library):
    put = library.blobs.put(b"it")
    with library.database.writing() as session:
        hold(session, library.blobs, put)
        hold(session, library.blobs, put)
        hold_again(session, put.sha256)
    assert refs(library) == {put.sha256: 3}
    with library.database.writing() as session:
        release(session, put.sha256, None, put.sha256)
    assert sweep_unused(library.database, library.blobs, later()) == (0, 0)
    with library.database.writing() as session:
        release(session, put.sha256)
    assert refs(library) == {put.sha256: 0}
    assert sweep_unused(library.database, library.blobs, now() - 10) == (0, 0)
    assert library.blobs.has(put.sha256)
    assert sweep_unused(library.database, library.blobs, later()) == (1, 2)
    assert refs(library) == {}
    assert not library.blobs.has(put.sha256)


def test_a_blob_that_is_held_again_stays(library):
    put = library.blobs.put(b"it")
    with library.database.writing() as session:
        hold(session, library.blobs, put)
        release(session, put.sha256)
        hold_again(session, put.sha256)
    assert sweep_unused(library.database, library.blobs, later()) == (0, 0)
    assert library.blobs.has(put.sha256)


def test_a_blob_that_went_after_it_was_put_is_put_again(library, tmp_path):
    (tmp_path / "it").write_bytes(b"it")
    for source in (b"it", tmp_path / "it"):
        put = library.blobs.put(source)
        library.blobs.delete(put.sha256)  # as a collection between the two would
        with library.database.writing() as session:
            hold(session, library.blobs, put)
        assert library.blobs.get(put.sha256) == b"it"


def test_files_without_rows_become_unused(library):
    put = library.blobs.put(b"it")
    assert adopt_orphans(library.database, library.blobs, now() - 100) == 0
    assert adopt_orphans(library.database, library.blobs, later()) == 1
    assert adopt_orphans(library.database, library.blobs, later()) == 0
    assert refs(library) == {put.sha256: 0}
    assert sweep_unused(library.database, library.blobs, later()) == (1, 2)
    assert not library.blobs.has(put.sha256)


def test_a_file_that_is_gone_already_does_not_stop_a_sweep(library):
    put = library.blobs.put(b"it")
    adopt_orphans(library.database, library.blobs, later())
    library.blobs.delete(put.sha256)  # A sweep that was killed came so far.
    assert sweep_unused(library.database, library.blobs, later()) == (1, 2)
