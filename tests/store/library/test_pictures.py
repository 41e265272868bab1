"""A picture's life: taken in, decided, let go, trashed, deleted."""

import threading

import pytest
from sqlalchemy import select, update

from srq.errors import ConfigError, DataError, UnsupportedImageError
from srq.store.form import Form
from srq.store.library import albums, pictures
from srq.store.library.accounts import QuotaError, reserve
from srq.store.library.gc import collect
from srq.store.library.pictures import has, let_go, owned, plain_name, take_in
from srq.store.library.tables import Album, Candidate, Picture, Upload, now
from tests.store.conftest import file_of
from tests.store.library.conftest import (
    account_of,
    assert_sound,
    damage,
    drain,
    jobs_of,
    new_account,
    picture_of,
    taken,
)

EVERYWHERE = True


def test_what_is_taken_in_is_there_and_waits(library, account, jpeg):
    picture = picture_of(library, taken(library, account, jpeg, "a/b\\it.jpg"))
    assert (picture.name, picture.kind, picture.came) == ("it.jpg", "JPEG", len(jpeg))
    assert (picture.state, picture.mode) == ("waiting", "exact")
    assert library.blobs.get(picture.original) == library.blobs.get(picture.stored) == jpeg
    assert picture.bytes == len(jpeg) + len(picture.record)
    assert account_of(library, account).used == picture.bytes
    assert len(jobs_of(library)) == 1
    assert_sound(library)


def test_a_file_is_taken_in_once(library, account, jpeg, tmp_path):
    first = take_in(library, account, jpeg, "it.jpg")
    (tmp_path / "again").write_bytes(jpeg)
    again = take_in(library, account, tmp_path / "again", "other.jpg")
    assert (again.picture_id, first.is_new, again.is_new) == (first.picture_id, True, False)
    other = new_account(library, "bob")
    theirs = take_in(library, other, jpeg, "it.jpg")
    assert theirs.is_new
    assert theirs.picture_id != first.picture_id
    digest = picture_of(library, first.picture_id).sha256
    with library.database.writing() as session:
        assert has(session, account, digest).id == first.picture_id
        assert owned(session, other, first.picture_id) is None
        pictures.trash(session, account, [first.picture_id])
    assert take_in(library, account, jpeg, "it.jpg").picture_id == first.picture_id
    assert picture_of(library, first.picture_id).trashed is None
    with library.database.writing() as session:
        pictures.delete(session, account, [first.picture_id])
        assert has(session, account, digest) is None
    assert take_in(library, account, jpeg, "it.jpg").is_new
    assert_sound(library)


def test_the_same_file_from_many_sides_at_once_is_one_picture(library, account, jpeg):
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(take_in(library, account, jpeg, "it.jpg")))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.picture_id for one in got}) == 1
    assert sum(one.is_new for one in got) == 1
    assert_sound(library)


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"<html>", b"%PDF-1.4", b"PK\3\4", b"GIF88a"])
def test_what_is_no_picture_is_refused(library, account, data):
    with pytest.raises(UnsupportedImageError, match=r"Cannot keep it\.jpg"):
        take_in(library, account, data, "it.jpg")
    assert list(library.blobs.all()) == []


def test_names():
    assert plain_name("../../etc/passwd") == "passwd"
    assert plain_name("C:\\photos\\it.jpg") == "it.jpg"
    assert plain_name("photo\u202egpj.exe\0\r\n") == "photogpj.exe"
    assert plain_name("...") == plain_name("") == "picture"
    assert plain_name("x" * 4096 + ".jpg") == "x" * 189 + ".jpg"
    assert len(plain_name("x" * 4096)) == 200


def test_quota(library, jpeg, photo):
    account = new_account(library, "small", quota=len(jpeg) + 5000)
    with library.database.writing() as session:
        session.add(Upload(id="u", account_id=account, name="x", length=4000, expires=now() + 99))
        session.flush()
        with pytest.raises(QuotaError, match="has room for"):
            reserve(session, account, len(jpeg) + 2000)
    taken(library, account, jpeg, upload_id="u")
    with pytest.raises(QuotaError):
        taken(library, account, file_of(photo[::-1], "JPEG", quality=95))


def test_of_two_uploads_at_once_only_what_fits_is_taken(library, photo):
    files = [file_of(photo[: 80 + n], "JPEG", quality=95) for n in range(6)]
    account = new_account(library, "small", quota=max(map(len, files)) + 1000)
    refused = []

    def put(data):
        try:
            taken(library, account, data)
        except QuotaError:
            refused.append(data)

    threads = [threading.Thread(target=put, args=(data,)) for data in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5
    found = account_of(library, account)
    assert found.used <= (found.quota or 0)


def test_exactly_decided_and_let_go(library, account, jpeg):
    picture_id = taken(library, account, jpeg)
    drain(library)
    picture = picture_of(library, picture_id)
    assert (picture.state, picture.way) == ("decided", "jpeg in jxl")
    assert (picture.width, picture.height) == (117, 129)
    assert picture.original is not None
    assert len(library.blobs.get(picture.stored)) < len(jpeg)
    assert picture.preview is not None
    assert library.blobs.get(picture.preview)[8:12] == b"WEBP"
    assert let_go(library, picture_id)
    assert not let_go(library, picture_id)
    gone = picture_of(library, picture_id)
    assert (gone.state, gone.original) == ("settled", None)
    assert gone.bytes < picture.bytes
    collect(library)
    assert not library.blobs.has(picture.original)
    assert_sound(library)


def test_an_original_stays_through_its_grace_and_in_the_trash(library, account, jpeg):
    picture_id = taken(library, account, jpeg)
    drain(library)
    for values in ({"release_at": now() + 99}, {"release_at": None}, {"state": "waiting"}):
        with library.database.writing() as session:
            session.execute(update(Picture).values(state="decided", release_at=now()))
            session.execute(update(Picture).values(**values))
        assert not let_go(library, picture_id)
    with library.database.writing() as session:
        session.execute(update(Picture).values(state="decided", release_at=now(), trashed=now()))
    assert not let_go(library, picture_id)
    assert picture_of(library, picture_id).original is not None


def test_an_original_stays_where_the_stored_bytes_are_not_those_that_were_measured(
    library, account, jpeg
):
    picture_id = taken(library, account, jpeg)
    drain(library)
    stored = picture_of(library, picture_id).stored
    damage(library, stored)
    with pytest.raises(DataError):
        let_go(library, picture_id)
    assert collect(library).damaged == 1
    assert picture_of(library, picture_id).original is not None
    assert len(jobs_of(library)) == 1
    drain(library)
    assert let_go(library, picture_id)
    assert_sound(library)


def test_a_mode_is_chosen_anew_while_the_file_can_be_had(library, account, jpeg):
    picture_id = taken(library, account, jpeg)
    drain(library)
    assert let_go(library, picture_id)
    with library.database.writing() as session:
        picture = session.get(Picture, picture_id)
        with pytest.raises(ConfigError):
            pictures.choose_mode(session, picture, "hihg")
        pictures.choose_mode(session, picture, "budget:99%")  # from the exact form
    drain(library)
    picture = picture_of(library, picture_id)
    assert (picture.state, picture.mode) == ("decided", "budget:99%")
    assert library.blobs.get(picture.original) == jpeg  # It has a grace again.
    assert_sound(library)
    with library.database.writing() as session:  # as after a lossy form
        row = session.get(Picture, picture_id)
        form = Form.from_json(row.record)
        row.record = form.to_json().replace('"jpeg-in-jxl"', '"pixels"')
        row.original = None
        with pytest.raises(DataError, match="is gone"):
            pictures.choose_mode(session, row, "high")
        session.rollback()


def test_a_candidate_is_chosen_at_once(library, account, jpeg):
    picture_id = taken(library, account, jpeg)
    drain(library)
    with library.database.writing() as session:
        row = session.get(Picture, picture_id)
        made = library.blobs.put(b"smaller")
        candidate = Candidate(
            picture_id=picture_id, mode="small", way="avif", bytes=7, ssimulacra2=55.0,
            record=row.record, blob=pictures.hold(session, library.blobs, made),
        )  # fmt: skip
        session.add(candidate)
        session.flush()
        at = row.release_at
        pictures.choose_mode(session, row, "small")
    picture = picture_of(library, picture_id)
    assert (picture.mode, picture.way, picture.ssimulacra2) == ("small", "avif", 55.0)
    assert (picture.stored, picture.release_at) == (made.sha256, at)
    assert jobs_of(library) == []


def test_trash_and_its_end(library, account, jpeg, photo):
    mine = taken(library, account, jpeg)
    other = new_account(library, "bob")
    theirs = taken(library, other, jpeg)
    with library.database.writing() as session:
        assert pictures.trash(session, account, [mine, theirs, "no"]) == 1
        assert pictures.trash(session, account, [mine]) == 0
        assert pictures.untrash(session, account, [mine]) == 1
        assert pictures.delete(session, account, [theirs]) == 0
        pictures.trash(session, account, [mine])
        session.execute(update(Picture).where(Picture.id == mine).values(trashed=now() - 5))
    done = collect(library)
    assert done.pictures == 1
    assert account_of(library, account).used == 0
    kept = picture_of(library, theirs)
    assert library.blobs.has(kept.original)  # The same bytes are another's.
    assert_sound(library)
    with library.database.writing() as session:
        pictures.delete(session, other, [theirs])
    collect(library)
    assert list(library.blobs.all()) == []


def test_albums_and_tags(library, account, jpeg):
    other = new_account(library, "bob")
    with library.database.writing() as session:
        album = albums.album_named(session, account, "sea")
        album.mode = "small"
        foreign = albums.album_named(session, other, "sea")
    picture_id = taken(library, account, jpeg, album_id=album.id)
    assert picture_of(library, picture_id).mode == "small"
    with pytest.raises(ConfigError):
        taken(library, account, jpeg + b"1", album_id=foreign.id)
    with library.database.writing() as session:
        assert albums.add(session, account, album.id, [picture_id]) == 0
        with pytest.raises(ConfigError):
            albums.add(session, account, foreign.id, [picture_id])
        assert albums.add(session, other, foreign.id, [picture_id]) == 0
        made = albums.tag(session, account, "Blue", [picture_id])
        albums.tag(session, other, "blue", [picture_id])
        assert albums.tags_of(session, picture_id) == ["blue"]
        albums.untag(session, other, made.id, picture_id)
        assert albums.tags_of(session, picture_id) == ["blue"]
        albums.untag(session, account, made.id, picture_id)
        assert albums.tags_of(session, picture_id) == []
        albums.remove(session, account, album.id, [picture_id])
        assert session.scalars(select(Album.name)).all() == ["sea", "sea"]
