"""fsck finds what is planted, and mends what loses nothing."""

import pytest
from sqlalchemy import delete, select, update

from srq.store.library.fsck import check
from srq.store.library.gc import collect
from srq.store.library.restored import download, wish
from srq.store.library.tables import Account, Blob, Job, Picture, Restored
from tests.store.library.conftest import assert_sound, damage, drain, jobs_of, picture_of, taken

pytest.importorskip("imagecodecs", reason="pip install 'srq[store]'")


@pytest.fixture
def picture_id(library, account, jpeg):
    made = taken(library, account, jpeg)
    drain(library)
    return made


def change(library, statement):
    with library.database.writing() as session:
        session.execute(statement)


def mended(library):
    """What was wrong, mended."""
    found = check(library, repair=True, orphan_age=-1)
    assert found.lost == []
    assert not found.is_sound
    assert check(library, orphan_age=-1).is_sound
    return found.wrong


def test_a_sound_library(library, picture_id):
    found = check(library, deep=True, orphan_age=-1)
    assert found.is_sound
    assert (found.pictures, found.blobs) == (1, 3)


def test_counts(library, picture_id):
    change(library, update(Blob).values(refs=Blob.refs + 1))
    assert len(mended(library)) == 3
    change(library, update(Account).values(used=5))
    assert "not 5" in mended(library)[0]


def test_the_bytes_of_a_picture(library, account, picture_id):
    real = picture_of(library, picture_id)
    for column in ("bytes", "stored_bytes", "original_bytes", "preview_bytes"):
        change(library, update(Picture).values({column: 0}))
        assert f"takes {real.bytes} bytes" in mended(library)[0]
        again = picture_of(library, picture_id)
        assert getattr(again, column) == getattr(real, column) > 0
    assert real.bytes == real.stored_bytes + real.original_bytes + real.preview_bytes


def test_files_without_rows(library, picture_id):
    put = library.blobs.put(b"lost and found")
    assert check(library).is_sound  # It may be about to be named.
    assert "has no row" in mended(library)[0]
    collect(library)
    assert not library.blobs.has(put.sha256)
    assert_sound(library)


def test_jobs_that_were_lost(library, account, jpeg):
    taken(library, account, jpeg)
    change(library, delete(Job))
    assert "no job" in mended(library)[0]
    assert len(jobs_of(library)) == 1


def test_a_lost_original_or_stored_file(library, picture_id):
    picture = picture_of(library, picture_id)
    library.blobs.delete(picture.original)
    library.blobs.path(picture.stored).write_bytes(b"short")
    found = check(library, repair=True)
    assert len(found.lost) == 2
    assert any("the original of it.jpg" in one and "is missing" in one for one in found.lost)
    assert any("the stored of it.jpg" in one and "5 bytes" in one for one in found.lost)
    assert not check(library).is_sound


def test_damage_within_a_file_is_found_by_reading(library, picture_id):
    damage(library, picture_of(library, picture_id).stored)
    assert check(library).is_sound
    found = check(library, deep=True)
    assert any("is damaged" in line for line in found.lost)
    assert any("cannot be restored" in line for line in found.lost)


def test_previews_and_restored_files_are_made_again(library, picture_id):
    picture = picture_of(library, picture_id)
    collect(library)
    download(library, wish(library, picture_id))
    with library.database.reading() as session:
        cached = session.scalar(select(Restored.blob))
    for blob in (picture.preview, cached):
        damage(library, blob)
    found = check(library, deep=True, repair=True)
    assert (len(found.wrong), found.lost) == (2, [])
    drain(library)
    assert picture_of(library, picture_id).preview == picture.preview
    assert download(library, wish(library, picture_id)).size == picture.came
    assert_sound(library)


def test_what_was_never_measured(library, picture_id):
    row = Picture.record
    pixels = picture_of(library, picture_id).record.replace("jpeg-in-jxl", "pixels")
    change(library, update(Picture).values({row: pixels}))
    assert any("never measured" in line for line in check(library).lost)
    change(library, update(Picture).values({row: "{}"}))
    assert any("no record" in line for line in check(library).lost)
    change(library, update(Picture).values({row: pixels, "state": "waiting", "original": None}))
    assert any("is not decided" in line for line in check(library).lost)
