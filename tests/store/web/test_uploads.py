"""Resumable uploads."""

import base64

import pytest
from fastapi import HTTPException

from srq.store.library.tables import Account, Blob, Picture, Upload, UploadPart, now
from srq.store.web import uploads
from tests.store.web.conftest import jpeg, sha256

DATA = jpeg()


def everything(library, table):
    with library.database.reading() as session:
        return session.query(table).all()


def test_an_upload_in_parts(ann, library):
    place = ann.begin(len(DATA), "sea.jpg", sha256=sha256(DATA)).headers["location"]
    half = len(DATA) // 2
    first = ann.append(place, 0, DATA[:half])
    assert (first.status_code, first.headers["upload-offset"]) == (204, str(half))
    asked = ann.client.head(place, headers=ann.headers())
    assert asked.headers["upload-offset"] == str(half)
    assert asked.headers["upload-length"] == str(len(DATA))
    assert asked.headers["cache-control"] == "no-store"
    last = ann.append(place, half, DATA[half:])
    picture = ann.client.get(f"/api/v1/pictures/{last.headers['x-picture']}").json()
    assert (picture["name"], picture["came"], picture["sha256"]) == (
        "sea.jpg", len(DATA), sha256(DATA),
    )  # fmt: skip
    came = ann.client.get(f"/pictures/{picture['id']}/file/original")
    assert came.content == DATA
    assert everything(library, UploadPart) == []
    # A client that did not hear the last answer asks again, and hears that all is there.
    assert ann.client.head(place, headers=ann.headers()).headers["upload-offset"] == str(len(DATA))


def test_what_tus_asks(ann):
    told = ann.client.options("/uploads")
    assert told.headers["tus-version"] == "1.0.0"
    assert "creation" in told.headers["tus-extension"]
    bare = {key: value for key, value in ann.headers().items() if key != "Tus-Resumable"}
    assert ann.client.post("/uploads", headers=bare).status_code == 412
    place = ann.begin(len(DATA)).headers["location"]
    assert ann.append(place, 5, DATA).status_code == 409
    wrong = ann.headers({"Upload-Offset": "0", "Content-Type": "image/jpeg"})
    assert ann.client.patch(place, content=DATA, headers=wrong).status_code == 415
    assert ann.append(place, 0, DATA + b"x").status_code == 413
    assert ann.client.delete(place, headers=ann.headers()).status_code == 204
    assert ann.client.head(place, headers=ann.headers()).status_code == 404


@pytest.mark.parametrize("length", ["0", "-1", "x", str(10**15)])
def test_lengths_that_may_not_be(ann, length):
    headers = ann.headers({"Upload-Length": length})
    assert ann.client.post("/uploads", headers=headers).status_code in (413, 422)


@pytest.mark.parametrize(
    "packed", ["filename !!!", "filename " + base64.b64encode(b"\xff").decode()]
)
def test_metadata_that_is_none(ann, packed):
    headers = ann.headers({"Upload-Length": "5", "Upload-Metadata": packed})
    assert ann.client.post("/uploads", headers=headers).status_code == 400


def test_a_part_of_which_the_client_left_is_kept(ann, app):
    place = ann.begin(len(DATA)).headers["location"]

    def leaves():
        yield DATA[:100]
        raise ConnectionError

    headers = ann.headers({"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"})
    with pytest.raises(ConnectionError):
        ann.client.patch(place, content=leaves(), headers=headers)
    # Whether or not that reached the server: the upload goes on from where it says.
    at = int(ann.client.head(place, headers=ann.headers()).headers["upload-offset"])
    assert ann.append(place, at, DATA[at:]).status_code == 204


def test_uploads_of_others_do_not_exist(ann, bob):
    place = ann.begin(len(DATA)).headers["location"]
    assert bob.client.head(place, headers=bob.headers()).status_code == 404
    assert bob.append(place, 0, DATA).status_code == 404
    assert bob.client.delete(place, headers=bob.headers()).status_code == 404
    assert ann.append(place, 0, DATA).status_code == 204


def test_an_album_of_another_does_not_exist(ann, bob):
    ann.see("/albums")
    ann.send("/albums", {"name": "mine"})
    album = ann.client.get("/api/v1/albums").json()[0]["id"]
    assert bob.begin(len(DATA), album=album).status_code == 404
    picture = ann.upload(DATA, album=album)
    shown = ann.client.get(f"/api/v1/pictures?album={album}").json()["pictures"]
    assert [one["id"] for one in shown] == [picture]


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>' + b" " * 99,
        b"<!doctype html><script>alert(1)</script>" + b" " * 99,
        b"%PDF-1.7" + b" " * 99,
        b"%!PS-Adobe-3.0 EPSF-3.0" + b" " * 99,
        b"\0" * 200,
        b"GIF87",
    ],
)
def test_what_is_no_picture_by_its_content_is_refused(ann, data, library):
    begun = ann.begin(len(data), "a.jpg")
    assert ann.append(begun.headers["location"], 0, data).status_code == 415
    assert everything(library, Picture) == []


def test_what_begins_late_is_refused_at_the_end(ann, library):
    data = b"<html>" + b" " * 200
    place = ann.begin(len(data)).headers["location"]
    assert ann.append(place, 0, data[:3]).status_code == 204
    assert ann.append(place, 3, data[3:]).status_code == 415
    assert ann.client.head(place, headers=ann.headers()).status_code == 410
    assert everything(library, Picture) == []
    assert everything(library, UploadPart) == []


def test_a_hash_that_is_not_that_of_what_came_is_refused(ann, library):
    place = ann.begin(len(DATA), sha256="0" * 64).headers["location"]
    assert ann.append(place, 0, DATA).status_code == 460
    assert everything(library, Picture) == []
    assert ann.begin(5, sha256="0" * 63).status_code == 400


def test_a_file_twice_is_one_picture(ann, library):
    assert ann.upload(DATA, "a.jpg") == ann.upload(DATA, "b.jpg")
    assert len(everything(library, Picture)) == 1


def test_nobody_learns_what_others_have(ann, bob, library):
    ann.upload(DATA)
    path = f"/api/v1/hashes/{sha256(DATA)}"
    assert ann.client.get(path).json()["picture"] is not None
    assert bob.client.get(path).json() == {"picture": None}
    mine = bob.upload(DATA)
    assert bob.client.get(path).json() == {"picture": mine}
    originals = {one.original for one in everything(library, Picture)}
    assert len(originals) == 1
    assert len([one for one in everything(library, Blob) if one.sha256 in originals]) == 1


def test_what_is_in_the_trash_may_come_again(ann):
    picture = ann.upload(DATA)
    ann.see("/")
    ann.send("/pictures/picked", {"picture": picture, "do": "trash"})
    assert ann.client.get(f"/api/v1/hashes/{sha256(DATA)}").json() == {"picture": None}
    assert ann.upload(DATA) == picture
    assert ann.client.get(f"/api/v1/hashes/{sha256(DATA)}").json() == {"picture": picture}


def test_a_quota_is_reserved_as_an_upload_begins(ann, library):
    with library.database.writing() as session:
        session.query(Account).filter_by(name="ann").one().quota = 5 * len(DATA)
    places = [ann.begin(2 * len(DATA)) for _ in range(3)]
    assert [answer.status_code for answer in places] == [201, 201, 413]
    assert (
        ann.client.delete(places[0].headers["location"], headers=ann.headers()).status_code == 204
    )
    assert ann.begin(2 * len(DATA)).status_code == 201


def test_an_upload_that_expired_is_gone(ann, library):
    place = ann.begin(len(DATA)).headers["location"]
    with library.database.writing() as session:
        session.query(Upload).one().expires = now() - 1
    assert ann.append(place, 0, DATA).status_code == 410


def test_a_program_uploads_with_its_key(ann, app):
    from tests.store.web.conftest import Browser

    program = Browser(app).client
    headers = {"Tus-Resumable": "1.0.0", **ann.key()}
    begun = program.post("/uploads", headers={**headers, "Upload-Length": str(len(DATA))})
    assert begun.status_code == 201, begun.text
    more = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    done = program.patch(begun.headers["location"], content=DATA, headers={**headers, **more})
    assert done.status_code == 204
    listed = program.get("/api/v1/pictures", headers=headers).json()["pictures"]
    assert [one["id"] for one in listed] == [done.headers["x-picture"]]


def test_of_two_who_go_on_at_once_one_is_refused(ann, app, library):
    server, place = app.state.server, ann.begin(len(DATA)).headers["location"]
    upload = place.rpartition("/")[2]
    uploads._keep_part(server, upload, 0, DATA[:10])
    with pytest.raises(HTTPException, match="409"):
        uploads._keep_part(server, upload, 0, DATA[:20])
    assert [(part.start, part.size) for part in everything(library, UploadPart)] == [(0, 10)]
    assert ann.append(place, 10, DATA[10:]).status_code == 204


def test_an_upload_whose_server_died_before_its_end_is_ended_by_the_next_question(ann, app):
    server, place = app.state.server, ann.begin(len(DATA)).headers["location"]
    uploads._keep_part(server, place.rpartition("/")[2], 0, DATA)
    assert ann.client.get("/api/v1/pictures").json()["pictures"] == []
    assert ann.client.head(place, headers=ann.headers()).headers["upload-offset"] == str(len(DATA))
    assert len(ann.client.get("/api/v1/pictures").json()["pictures"]) == 1
