"""How long and how slow a request's body may be."""

import asyncio
import itertools

import pytest

from srq.store.web.security.bodies import FORM_BYTES, LimitedBodies


def pieces(count, size):
    for _ in range(count):
        yield b"x" * size


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/albums", "/albums", "/uploads"])
def test_what_is_told_too_long_is_not_read(ann, path):
    def never():
        raise AssertionError("it was read")
        yield b""

    headers = ann.headers({"Content-Length": str(FORM_BYTES + 1)})
    assert ann.client.post(path, content=never(), headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/albums", "application/x-www-form-urlencoded"), ("/api/v1/albums", "application/json"),
     ("/albums", "multipart/form-data; boundary=x")],
)  # fmt: skip
def test_what_is_not_told_is_counted(ann, path, kind):
    headers = ann.headers({"Content-Type": kind})
    start = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n' * ("multi" in kind)
    body = itertools.chain([start], pieces(40, 10_000))
    assert ann.client.post(path, content=body, headers=headers).status_code == 413


@pytest.mark.parametrize("told", ["-1", "1e3", "x", "１２"])
def test_lengths_that_are_no_numbers_are_refused(ann, told):
    headers = ann.headers({"Content-Length": told.encode()})
    answer = ann.client.post("/albums", content=b"", headers=headers)
    assert answer.status_code == 400


def test_files_in_forms_are_refused(ann):
    answer = ann.send("/albums", {"name": "x"}, files={"file": ("a.txt", b"text")})
    assert answer.status_code == 400


def test_a_form_of_too_many_fields_is_refused(ann):
    fields = "&".join(["picture=1"] * 3000)
    headers = ann.headers({"Content-Type": "application/x-www-form-urlencoded"})
    del headers["X-Form-Token"]
    answer = ann.client.post("/pictures/picked", content=fields, headers=headers)
    assert answer.status_code in (400, 403)


def asked(receive, seconds=0.05):
    """What an app that reads its whole body raises under the limits."""

    async def app(scope, receive, send):
        while (await receive()).get("more_body"):
            pass

    async def send(message):
        pass

    limited = LimitedBodies(app, most=lambda method, path: 10**9, seconds=seconds)
    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    asyncio.run(limited(scope, receive, send))


def test_a_body_that_does_not_come_ends_with_408():
    async def receive():
        await asyncio.sleep(60)

    with pytest.raises(Exception, match="408"):
        asked(receive)


def test_a_body_that_comes_by_single_bytes_ends_with_408():
    async def receive():
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    with pytest.raises(Exception, match="408"):
        asked(receive)
