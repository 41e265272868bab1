"""Links by which strangers see pictures."""

import io
import re

import pytest
from PIL import Image

from srq.store.library.tables import Picture, Share, now
from tests.store.web.conftest import Browser, jpeg


def notes() -> Image.Exif:
    """Of a camera: its maker, and where it was."""
    exif = Image.Exif()
    exif[0x010F] = "A maker of cameras"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)
    exif.get_ifd(0x8825)[1] = "N"
    return exif


@pytest.fixture
def picture(ann, library):
    """A picture with notes, as if it had been judged."""
    picture = ann.upload(jpeg(exif=notes()), "beach.jpg")
    with library.database.writing() as session:
        session.get(Picture, picture).state = "settled"
    return picture


def link_of(browser, **fields):
    kind, id_ = next((key, fields[key]) for key in ("picture", "album") if key in fields)
    browser.see(f"/share?{kind}={id_}")
    made = browser.send("/share", fields)
    assert made.status_code == 200, made.text
    return re.search(r"/s/[A-Za-z0-9_-]{43}", made.text)[0]


@pytest.mark.slow
def test_a_shared_picture_has_no_notes(ann, app, picture):
    link = link_of(ann, picture=picture)
    stranger = Browser(app)
    shown = stranger.see(link)
    assert shown.status_code == 200
    assert "noindex" in shown.headers["x-robots-tag"]
    assert shown.headers["referrer-policy"] == "no-referrer"
    for path in (f"{link}/{picture}/view", f"{link}/{picture}/file"):
        data = stranger.client.get(path).content
        image = Image.open(io.BytesIO(data))
        assert image.size == (48, 40)
        assert not image.getexif()
        assert b"A maker" not in data
    # The account's own download keeps them.
    assert b"A maker" in ann.client.get(f"/pictures/{picture}/file/original").content


def test_a_link_ends(ann, app, picture, library):
    link, stranger = link_of(ann, picture=picture, days="1"), Browser(app)
    assert stranger.see(link).status_code == 200
    with library.database.writing() as session:
        session.query(Share).one().expires = now() - 1
    assert stranger.see(link).status_code == 404
    assert stranger.client.get(f"{link}/{picture}/view").status_code == 404


def test_a_link_is_revoked(ann, app, picture, library):
    link, stranger = link_of(ann, picture=picture), Browser(app)
    with library.database.reading() as session:
        row = session.query(Share).one()
    assert row.token_hash not in link
    assert ann.send(f"/shares/{row.id}/revoke").status_code == 303
    assert stranger.see(link).status_code == 404


def test_a_link_ends_with_its_picture(ann, app, picture):
    link, stranger = link_of(ann, picture=picture), Browser(app)
    ann.send("/pictures/picked", {"picture": picture, "do": "trash"})
    assert stranger.client.get(f"{link}/{picture}/view").status_code == 404
    assert picture not in stranger.see(link).text


def test_a_password(make, ann, picture):
    app = make(sign_in_tries=4)
    link = link_of(ann, picture=picture, password="open sesame")
    stranger = Browser(app)
    shown = stranger.see(link)
    assert "beach" not in shown.text
    assert stranger.client.get(f"{link}/{picture}/preview").status_code == 404
    assert stranger.client.get(f"{link}/{picture}/view").status_code == 404
    assert stranger.send(link, {"password": "wrong"}).status_code == 401
    assert stranger.send(link, {"password": "open sesame"}).status_code == 303
    assert "beach" in stranger.see(link).text
    other = Browser(app)
    other.see(link)
    codes = [other.send(link, {"password": "wrong"}).status_code for _ in range(4)]
    assert 429 in codes


def test_a_link_shows_nothing_else(ann, app, picture):
    other = ann.upload(jpeg(5))
    link, stranger = link_of(ann, picture=picture), Browser(app)
    assert stranger.client.get(f"{link}/{other}").status_code == 404
    assert stranger.client.get(f"{link}/{other}/view").status_code == 404
    assert stranger.client.get(f"/pictures/{picture}").status_code == 303
    for token in ("x" * 43, "", "../" * 5):
        assert stranger.client.get(f"/s/{token}").status_code in (303, 404)


def test_an_album_is_shared(ann, app, picture):
    ann.see("/albums")
    ann.send("/albums", {"name": "By the sea"})
    album = ann.client.get("/api/v1/albums").json()[0]["id"]
    ann.send("/pictures/picked", {"picture": picture, "do": "album", "album": album})
    link, stranger = link_of(ann, album=album), Browser(app)
    assert "By the sea" in stranger.see(link).text
    assert stranger.see(f"{link}/{picture}").status_code == 200
