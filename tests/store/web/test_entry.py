"""Signing up, in and out."""

import pytest

from srq.store.library.tables import Account, WebSession
from tests.store.web.conftest import CODE, PASSWORD, Browser, Hasher


def test_the_first_account_needs_the_code_and_runs_the_store(app, library):
    browser = Browser(app)
    assert browser.see("/").headers["location"] == "/sign-in"
    assert browser.see("/sign-in").headers["location"] == "/sign-up"
    assert browser.sign_up("ann", code="a guess").status_code == 403
    assert browser.sign_up("ann").status_code == 303
    with library.database.reading() as session:
        (account,) = session.query(Account).all()
    assert account.is_admin
    assert account.password.startswith("$argon2id$")


def test_sign_up_is_closed_after_the_first_account(make):
    app = make(open_sign_up=False)
    assert Browser(app).sign_up("ann").status_code == 303
    other = Browser(app)
    assert other.see("/sign-up").headers["location"] == "/sign-in"
    assert "Make one" not in other.see("/sign-in").text
    assert other.send("/sign-up", {"name": "bob", "password": PASSWORD}).status_code == 403


def test_a_second_account_does_not_run_the_store(ann, bob, library):
    assert "Accounts</h2>" in ann.see("/account").text
    assert "Accounts</h2>" not in bob.see("/account").text
    assert bob.send("/account/others", {"name": "eve", "password": PASSWORD}).status_code == 404


@pytest.mark.parametrize(
    ("name", "password"),
    [("ann", "short"), ("ann", "aaaaaaaaaaaa"), ("ann", "i am ann of green"), ("a b", PASSWORD),
     ("../x", PASSWORD), ("", PASSWORD), ("ann", "password1234"), ("ann", "x1y2" * 60)],
)  # fmt: skip
def test_names_and_passwords_that_may_not_be(app, name, password):
    assert Browser(app).sign_up(name, password).status_code == 422


def test_names_are_one_whatever_their_case(ann, app):
    assert "taken" in Browser(app).sign_up("ANN").text
    assert Browser(app).sign_in(" Ann ").status_code == 303


def test_unknown_names_and_wrong_passwords_are_told_alike_and_cost_alike(ann, app, hasher):
    told = []
    for name in ("ann", "nobody"):
        before = hasher.count
        answer = Browser(app).sign_in(name, "wrong password")
        told.append((answer.status_code, answer.text.count("do not belong"), hasher.count - before))
    assert told[0] == told[1] == (401, 1, 1)


def test_tries_are_limited_before_anything_is_hashed(make, hasher):
    app = make(sign_in_tries=5)
    Browser(app).sign_up("ann")
    browser, before = Browser(app), hasher.count
    codes = [browser.sign_in("ann", "wrong password").status_code for _ in range(8)]
    assert codes == [401] * 5 + [429] * 3
    assert hasher.count - before == 5
    assert browser.sign_in("ann").status_code == 429


def test_an_address_that_tries_many_names_is_limited(make):
    app = make(address_tries=6)
    Browser(app).sign_up("ann")
    codes = [Browser(app).sign_in(f"name{i}", "wrong password").status_code for i in range(8)]
    assert codes.count(429) >= 3


def test_a_session_is_new_with_each_sign_in(ann, app, library):
    name = app.state.server.cookie.name()
    first = ann.client.cookies[name]
    ann.client.get("/sign-in")
    ann.send("/sign-in", {"name": "ann", "password": PASSWORD})
    second = ann.client.cookies[name]
    assert first != second
    with library.database.reading() as session:
        (row,) = session.query(WebSession).all()
    assert row.token_hash not in (first, second)
    stolen = Browser(app)
    stolen.client.cookies.set(name, first)
    assert stolen.see("/").headers["location"] == "/sign-in"


def test_a_session_that_was_planted_does_not_become_ones_own(app, ann):
    browser = Browser(app)
    name = app.state.server.cookie.name()
    browser.client.cookies.set(name, "planted", domain="pictures.test", path="/")
    browser.sign_in("ann")
    assert "planted" not in [cookie.value for cookie in browser.client.cookies.jar]


@pytest.mark.parametrize("https", [False, True])
def test_cookies_are_bound_to_this_host(make, https):
    app = make(url="https://pictures.test" if https else None)
    browser = Browser(app, https)
    cookies = browser.sign_up("ann").headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if "srq-session=" in cookie)
    assert session.startswith("__Host-srq-session=") == https
    assert ("Secure" in session) == https
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Path=/" in session
    assert "Domain" not in session
    hsts = "strict-transport-security" in browser.see("/").headers
    assert hsts == https


def test_signing_out_ends_the_session(ann, app):
    name = app.state.server.cookie.name()
    token = ann.client.cookies[name]
    ann.see("/")
    assert ann.send("/sign-out").status_code == 303
    ann.client.cookies.set(name, token)
    assert ann.see("/").headers["location"] == "/sign-in"


def test_a_new_password_ends_other_sessions(ann, app):
    other = Browser(app)
    other.sign_in("ann")
    ann.see("/account")
    fields = {"old": PASSWORD, "new": "four large red boats"}
    assert ann.send("/account/password", fields | {"old": "wrong"}).status_code == 403
    assert ann.send("/account/password", fields).status_code == 303
    assert ann.see("/account").status_code == 200
    assert other.see("/account").status_code == 303
    assert Browser(app).sign_in("ann").status_code == 401


def test_a_closed_account_is_out_at_once(ann, bob, library):
    key = bob.key()
    with library.database.reading() as session:
        (bobs,) = [one.id for one in session.query(Account).all() if one.name == "bob"]
    ann.see("/account")
    assert ann.send(f"/account/others/{bobs}", {"do": "close"}).status_code == 303
    assert bob.see("/").headers["location"] == "/sign-in"
    assert bob.client.get("/api/v1/albums", headers=key).status_code == 401
    assert bob.sign_in("bob").status_code == 401


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "x"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(ann, app, elsewhere):
    browser = Browser(app)
    browser.see("/sign-in")
    answer = browser.send("/sign-in", {"name": "ann", "password": PASSWORD, "next": elsewhere})
    assert answer.headers["location"] == "/"


def test_a_password_of_old_cost_is_hashed_anew(ann, make, library):
    def kept():
        with library.database.reading() as session:
            return session.query(Account).filter_by(name="ann").one().password

    assert "t=1" in kept()
    assert Browser(make(by=Hasher(time_cost=2))).sign_in("ann").status_code == 303
    assert "t=2" in kept()


def test_the_code_is_not_in_the_log(app):
    Browser(app).sign_up("ann")
    assert app.state.log.lines
    assert CODE not in repr(app.state.log.lines)
