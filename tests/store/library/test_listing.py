import pytest
from sqlalchemy import update

from srq.errors import ConfigError
from srq.store.library import albums, pictures
from srq.store.library.listing import Wanted, page_of
from srq.store.library.tables import Picture
from tests.store.library.conftest import new_account, taken

EVERYWHERE = True


@pytest.fixture
def eleven(library, account, jpeg):
    """Pictures 0 to 10, of which every second came in the same second as the one before."""
    ids = [taken(library, account, jpeg + bytes([n]), f"IMG_{n}.jpg") for n in range(11)]
    with library.database.writing() as session:
        for number, one in enumerate(ids):
            session.execute(
                update(Picture).where(Picture.id == one).values(created=1000 + number // 2)
            )
    return ids


def all_pages(library, account, wanted=None, limit=3):
    after, pages = None, []
    while True:
        with library.database.reading() as session:
            page = page_of(session, account, wanted or Wanted(), after, limit)
        pages.append([one.id for one in page.pictures])
        after = page.next
        if after is None:
            return pages


def test_pages_have_each_picture_once_the_latest_first(library, account, eleven):
    pages = all_pages(library, account)
    assert [len(page) for page in pages] == [3, 3, 3, 2]
    flat = [one for page in pages for one in page]
    assert sorted(flat) == sorted(eleven)
    assert flat[0] == eleven[10]
    assert {flat[1], flat[2]} == {eleven[8], eleven[9]}
    assert all_pages(library, account, limit=11) == [flat]


def test_what_comes_meanwhile_shifts_nothing(library, account, eleven, jpeg):
    with library.database.reading() as session:
        first = page_of(session, account, Wanted(), None, 4)
    taken(library, account, jpeg + b"new")
    with library.database.writing() as session:
        pictures.delete(session, account, [first.pictures[-1].id])
        second = page_of(session, account, Wanted(), first.next, 4)
    assert not {one.id for one in first.pictures} & {one.id for one in second.pictures}
    assert len(second.pictures) == 4


def test_search(library, account, eleven, jpeg):
    other = new_account(library, "bob")
    theirs = taken(library, other, jpeg, "IMG_7.jpg")
    with library.database.writing() as session:
        album = albums.album_named(session, account, "sea")
        albums.add(session, account, album.id, eleven[:4])
        albums.tag(session, account, "Sunset", eleven[2:6])
        albums.tag(session, other, "Sunset", [theirs])
        pictures.trash(session, account, eleven[9:])

    def found(**wanted):
        return {one for page in all_pages(library, account, Wanted(**wanted)) for one in page}

    assert found() == set(eleven[:9])
    assert found(text="img_1") == {eleven[1]}
    assert found(text="%") == found(text="_%") == set()
    assert found(text="suns") == found(tag="SUNSET") == set(eleven[2:6])
    assert found(album_id=album.id) == set(eleven[:4])
    assert found(album_id=album.id, tag="sunset") == set(eleven[2:4])
    assert found(trashed=True) == set(eleven[9:])


def test_a_place_that_no_page_named(library, account):
    for wrong in ("", "x", "1", "-1.a", "9999999999999.a", "1e3.a"):
        with pytest.raises(ConfigError), library.database.reading() as session:
            page_of(session, account, Wanted(), wrong)
