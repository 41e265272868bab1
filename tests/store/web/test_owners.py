"""Another account's ids are as ids that do not exist: 404, on every path that has one."""

import re

import pytest

from srq.store.library.pictures import has
from srq.store.library.tables import ApiKey, Picture, Share
from tests.store.web.conftest import Browser, jpeg, sha256
from tests.store.web.test_security import routes

PASSED_OVER = {
    "/pictures/picked", "/api/v1/trash", "/api/v1/untrash", "/tiles", "/archive", "/trash/empty",
}  # fmt: skip
"""Paths that take lists of ids, tested apart."""


@pytest.fixture
def ids(ann, library):
    """One of each thing of Ann's."""
    picture = ann.upload(jpeg())
    ann.see("/albums")
    ann.send("/albums", {"name": "hers"})
    album = ann.client.get("/api/v1/albums").json()[0]["id"]
    ann.send("/pictures/picked", {"picture": picture, "do": "album", "album": album})
    ann.key()
    ann.see(f"/share?picture={picture}")
    ann.send("/share", {"picture": picture})
    upload = ann.begin(1000).headers["location"].rpartition("/")[2]
    with library.database.reading() as session:
        key, share = session.query(ApiKey).one().id, session.query(Share).one().id
    return {
        "picture_id": picture, "album_id": album, "key_id": key, "share_id": share,
        "upload_id": upload, "sha256": sha256(jpeg()), "what": "original", "account_id": "x" * 22,
    }  # fmt: skip


def test_every_path_with_an_id(app, ann, bob, ids):
    tried = set()
    for route in routes(app):
        names = set(re.findall(r"\{([^}:]+)", route.path))
        if not names & (set(ids) - {"sha256", "what", "account_id"}) or "token" in names:
            continue
        path = re.sub(r"\{([^}:]+)[^}]*\}", lambda found: ids[found[1]], route.path)
        for method in route.methods:
            sent = {"pictures": [ids["picture_id"]], "mode": "high"}
            body = {"json": sent} if "/api/" in path else {"data": {"mode": "high"}}
            if method != "POST" and "/api/" not in path:
                body = {"content": b"x"} if method == "PATCH" else {}
            more = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
            headers = bob.headers(more if "/uploads/" in path else None)
            answer = bob.client.request(method, path, headers=headers, **body)
            assert answer.status_code == 404, (method, path, answer.text)
            for told in ("etag", "location", "upload-offset"):
                assert told not in answer.headers
            tried.add((method, route.path))
    assert len(tried) >= 20
    assert ann.client.get(f"/pictures/{ids['picture_id']}").status_code == 200


def test_ids_in_lists_are_passed_over(ann, bob, ids, library):
    picture, album = ids["picture_id"], ids["album_id"]
    bob.see("/")
    for do in ("trash", "delete", "restore", "tag", "album", "leave"):
        fields = {"picture": picture, "do": do, "album": "", "tag": "his", "here": ""}
        bob.send("/pictures/picked", fields)
    assert (
        bob.send(
            "/pictures/picked", {"picture": picture, "do": "album", "album": album}
        ).status_code
        == 404
    )
    assert (
        bob.send("/pictures/picked", {"picture": picture, "do": "leave", "here": album}).status_code
        == 404
    )
    assert picture not in bob.see(f"/tiles?ids={picture}").text
    assert bob.send("/pictures/picked", {"picture": picture, "do": "archive"}).status_code == 404
    assert bob.client.get(f"/archive?album={album}").status_code == 404
    assert bob.client.get(f"/share?picture={picture}").status_code == 404
    assert bob.send("/share", {"album": album}).status_code == 404
    headers = bob.headers()
    for path in ("/api/v1/trash", "/api/v1/untrash"):
        answer = bob.client.post(path, json={"pictures": [picture]}, headers=headers)
        assert answer.json() == {"count": 0}
    with library.database.reading() as session:
        found = session.get(Picture, picture)
        assert found.trashed is None
        assert has(session, found.account_id, found.sha256) is not None


def test_an_etag_does_not_open_another_accounts_file(ann, bob, ids):
    path = f"/pictures/{ids['picture_id']}/file/original"
    etag = ann.client.get(path).headers["etag"]
    assert ann.client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert bob.client.get(path, headers={"If-None-Match": etag}).status_code == 404
    assert (
        Browser(bob.client.app).client.get(path, headers={"If-None-Match": etag}).status_code == 303
    )


def test_a_candidate_of_another_picture_is_none(ann, ids, library):
    other = ann.upload(jpeg(1))
    from srq.store.library.tables import Candidate

    with library.database.writing() as session:
        row = Candidate(picture_id=other, mode="high", way="avif", bytes=1, record="{}")
        session.add(row)
        session.flush()
        candidate = row.id
    path = f"/pictures/{ids['picture_id']}/view?candidate={candidate}"
    assert ann.client.get(path).status_code == 404
