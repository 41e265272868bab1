"""What every page and form must hold."""

import re
from pathlib import Path

import pytest

import srq.store.web
from srq.store.web.security.headers import POLICY
from tests.store.web.conftest import HOST, Browser, jpeg

ROOM = Path(srq.store.web.__file__).parent


def test_every_answer_has_the_headers(ann):
    for path in ("/", "/sign-in", "/nowhere", "/static/app.css", "/api/v1/albums", "/health"):
        headers = ann.client.get(path).headers
        assert headers["content-security-policy"] == POLICY, path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
    assert "unsafe" not in POLICY


def test_no_page_has_anything_inline():
    for path in [*ROOM.glob("templates/*.html"), *ROOM.glob("*.py")]:
        text = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert "| safe" not in text, path
        assert "|safe" not in text, path


def test_texts_of_users_are_escaped(ann):
    ann.see("/albums")
    ann.send("/albums", {"name": "<script>alert(1)</script>"})
    shown = ann.see("/albums").text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://evil.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://pictures.test:81"},
     {"Origin": "http://pictures.test", "Sec-Fetch-Site": "cross-site"}],
)  # fmt: skip
def test_forms_of_other_sites_are_refused(ann, headers):
    data = {"form_token": ann.token, "name": "new"}
    assert ann.client.post("/albums", data=data, headers=headers).status_code == 403


def test_forms_without_their_token_are_refused(ann, bob):
    for token in ("", "x", bob.token):
        answer = ann.client.post(
            "/albums", data={"form_token": token, "name": "new"}, headers={"Origin": ann.origin}
        )
        assert answer.status_code == 403
    assert ann.send("/albums", {"name": "new"}).status_code == 303


def test_every_way_to_change_something_wants_the_token(ann, app):
    tried = 0
    for route in routes(app):
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}:
            path = re.sub(r"\{[^}]*\}", "x" * 22, route.path)
            headers = {"Origin": ann.origin, "Tus-Resumable": "1.0.0"}
            assert ann.client.request(method, path, headers=headers).status_code == 403, path
            tried += 1
    assert tried >= 25


def test_signing_in_wants_the_token_too(app, ann):
    fresh = Browser(app)
    answer = fresh.client.post("/sign-in", data={"name": "ann"}, headers={"Origin": fresh.origin})
    assert answer.status_code == 403


def test_a_key_counts_in_its_header_only(ann, app):
    key = ann.key()
    program = Browser(app).client
    secret = key["Authorization"].split()[1]
    assert program.get("/api/v1/albums", headers=key).status_code == 200
    assert program.get(f"/api/v1/albums?key={secret}").status_code == 401
    stolen = Browser(app).client
    stolen.cookies.set("srq-session", secret)
    assert stolen.get("/api/v1/albums").status_code == 401
    assert program.post("/api/v1/albums", json={"name": "x"}, headers=key).status_code == 201
    assert program.get("/account", headers=key).status_code == 403
    wrong = {"Authorization": f"Bearer {secret[:-1]}x"}
    assert program.get("/api/v1/albums", headers=wrong).status_code == 401
    # A wrong key beside a good cookie is a wrong key.
    assert ann.client.get("/api/v1/albums", headers=wrong).status_code == 401


def test_a_revoked_key_is_none(ann, app):
    key = ann.key()
    shown = ann.see("/account").text
    ann.send(re.search(r"/account/keys/[^/]+/delete", shown)[0])
    assert Browser(app).client.get("/api/v1/albums", headers=key).status_code == 401


def test_other_names_of_the_host_are_refused(make):
    app = make(host="127.0.0.1", port=8000)
    client = Browser(app).client
    assert client.get("/health").status_code == 421
    for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000", "localhost"):
        assert client.get("/health", headers={"Host": host}).status_code == 200
    app = make(url=f"https://{HOST}")
    assert Browser(app).client.get("/health", headers={"Host": "evil.test"}).status_code == 421


def test_metrics_are_for_who_runs_the_store(ann, bob, app):
    client = Browser(app).client
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=bob.key()).status_code == 404
    text = client.get("/metrics", headers=ann.key()).text
    assert "srq_requests_total" in text
    assert "srq_pictures" in text


def test_lines_of_the_log_have_no_secrets(ann, app):
    picture = ann.upload(jpeg(), "a-private-name.jpg")
    ann.see(f"/share?picture={picture}")
    link = re.search(r"/s/([A-Za-z0-9_-]{43})", ann.send("/share", {"picture": picture}).text)
    client = Browser(app).client
    assert client.get(link[0]).status_code == 200
    assert client.get(f"/?q=private-words&token={link[1]}").status_code == 303
    text = repr(app.state.log.lines)
    cookie = ann.client.cookies[app.state.server.cookie.name()]
    for secret in (link[1], "private", cookie, ann.token):
        assert secret not in text
    assert "/s/{token}" in text


def routes(app):
    """All routes, those of routers within routers too."""
    found = []
    for route in app.routes:
        router = getattr(route, "original_router", None)
        if router is not None:
            found += routes(router)
        elif getattr(route, "methods", None):
            found.append(route)
    return found
