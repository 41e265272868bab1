"""The bytes of pictures as they are sent."""

import io
import zipfile

import pytest
from sqlalchemy import select, update

from srq.store.library.library import Library
from srq.store.library.tables import Restored, WebSession
from srq.store.web.archive import unique
from srq.store.web.security.headers import FILE_POLICY
from srq.store.web.security.names import disposition, file_name
from tests.store.web.conftest import jpeg

NAMES = [
    ("a.jpg", "a.jpg"),
    ("../../etc/passwd.jpg", "passwd.jpg"),
    ("..\\..\\windows\\a.jpg", "a.jpg"),
    ("/", "picture"),
    ("..", "picture"),
    ("a\0b\r\nSet-Cookie: x=1.jpg", "abSet-Cookie_ x=1.jpg"),
    ("gpj.\u202eexe", "gpj.exe"),
    ('a"b<c>.png', "a_b_c_.png"),
    ("CON.jpg", "picture-CON.jpg"),
    ("nul", "picture-nul"),
    ("a. ", "a"),
    ("x" * 4000 + ".jpeg", "x" * 115 + ".jpeg"),
    ("фото.jpg", "фото.jpg"),
    ("100%.jpg", "100_.jpg"),
]


@pytest.mark.parametrize(("name", "wanted"), NAMES)
def test_names_for_any_system(name, wanted):
    assert file_name(name) == wanted


@pytest.mark.parametrize("name", [name for name, _ in NAMES])
def test_headers_hold_names_and_nothing_else(name):
    header = disposition(name)
    assert header.isprintable()
    assert header.isascii()
    assert header.count('"') == 2
    assert header.startswith("attachment; ")


def test_files_are_attachments_in_a_sandbox(ann):
    html = b"<html><script>alert(1)</script>"
    polyglot = jpeg() + html
    picture = ann.upload(polyglot, 'x"\r\nX-Evil: 1.html')
    for path in ("file/original", "file/stored", "file/restored", "view"):
        answer = ann.client.get(f"/pictures/{picture}/{path}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["content-security-policy"] == FILE_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "x-evil" not in answer.headers
        assert int(answer.headers["content-length"]) == len(answer.content)
    assert ann.client.get(f"/pictures/{picture}/file/original").content == polyglot
    assert ann.client.get(f"/pictures/{picture}/file/../../etc").status_code in (404, 422)
    assert ann.client.get(f"/pictures/{picture}/file/else").status_code == 422
    assert ann.client.get(f"/pictures/{picture}/file/restored?suffix=.exe").status_code in (
        409,
        422,
    )


@pytest.mark.parametrize("is_at_hand", [True, False])
def test_files_with_and_without_a_thread(ann, bob, library, monkeypatch, is_at_hand):
    """Rows and files of this machine are read at once; of others, in a thread."""
    assert library.is_at_hand
    monkeypatch.setattr(Library, "is_at_hand", property(lambda _: is_at_hand))
    data = jpeg()
    picture = ann.upload(data)
    paths = [f"/pictures/{picture}/{path}" for path in ("file/original", "file/stored", "view")]
    for path in paths:
        answer = ann.client.get(path)
        assert (answer.status_code, answer.content) == (200, data)
        again = ann.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert bob.client.get(path).status_code == 404
    made = ann.client.get(f"/pictures/{picture}/file/restored?suffix=.png")
    assert made.content.startswith(b"\x89PNG")
    assert ann.client.get(f"/pictures/{picture}/file/restored?suffix=.png").content == made.content
    assert bob.client.get(f"/pictures/{picture}/file/restored?suffix=.png").status_code == 404
    with library.database.writing() as session:
        session.execute(update(WebSession).values(used=0))
        session.execute(update(Restored).values(used=0))
    assert ann.client.get(f"/pictures/{picture}/file/restored?suffix=.png").content == made.content
    assert ann.client.get(f"/pictures/{picture}/preview").status_code == 404  # there is none yet
    with library.database.reading() as session:
        assert session.scalars(select(Restored.used)).one() > 0
        assert sorted(session.scalars(select(WebSession.used)))[-1] > 0
    ann.see("/")
    ann.send("/sign-out")
    for path in paths:
        answer = ann.client.get(path)
        assert (answer.status_code, answer.content) == (303, b"")


def test_a_zip_has_safe_names_once_each(ann):
    data = [jpeg(seed) for seed in range(4)]
    names = ["../../a.jpg", "A.jpg", "a.jpg", "C:\\con.jpg"]
    ids = [ann.upload(one, name) for one, name in zip(data, names, strict=True)]
    ann.see("/")
    answer = ann.send("/pictures/picked", {"picture": ids, "do": "archive"})
    assert answer.headers["content-type"] == "application/zip"
    made = zipfile.ZipFile(io.BytesIO(answer.content))
    assert made.testzip() is None
    assert made.namelist() == ["a.jpg", "A-2.jpg", "a-3.jpg", "picture-con.jpg"]
    assert [made.read(name) for name in made.namelist()] == data


def test_names_that_differ_in_their_case_only():
    used = set()
    assert [unique(name, used) for name in ("a", "A", "a.b", "a-2")] == ["a", "A-2", "a.b", "a-2-2"]
