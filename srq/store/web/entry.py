"""Signing up, in and out."""

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import select

from srq.store.library.tables import Account
from srq.store.web.pages import own_path, page, to
from srq.store.web.people import has_people, make_account, name_fault
from srq.store.web.security import sessions
from srq.store.web.security.forms import FormFields
from srq.store.web.security.names import account_name
from srq.store.web.security.passwords import BusyError, fault_of
from srq.store.web.security.tokens import are_equal
from srq.store.web.security.tries import is_over
from srq.store.web.security.visitor import MaybeVisitor
from srq.store.web.server import address_of, server_of

router = APIRouter(include_in_schema=False)

WRONG = "That name and password do not belong together."
TOO_OFTEN = "Too many tries; wait a minute."
BUSY = "The server is busy; try again in a moment."


@router.get("/sign-in")
def sign_in_page(request: Request, visitor: MaybeVisitor, next: str = "/") -> Response:  # noqa: A002
    """The form; of a store without accounts, the one for the first."""
    if visitor is not None:
        return to("/")
    if not has_people(server_of(request).database):
        return to("/sign-up")
    return _sign_in(request, 200, next, "", None)


@router.post("/sign-in")
def sign_in(request: Request, fields: FormFields, visitor: MaybeVisitor) -> Response:
    """Begin a session. Names that do not exist take as long as wrong passwords."""
    server = server_of(request)
    name, path = account_name(fields.one("name")), fields.one("next")
    if _too_often(request, f"sign-in {name}"):
        return _sign_in(request, 429, path, name, TOO_OFTEN)
    with server.database.reading() as session:
        account = session.scalar(select(Account).where(Account.name == name))
    kept = account.password if account is not None and not account.is_disabled else None
    password = fields.exact("password")
    try:
        if not server.passwords.check(kept, password[:1000]) or account is None:
            return _sign_in(request, 401, path, name, WRONG)
        dated = kept is not None and server.passwords.is_dated(kept)
        fresh = server.passwords.hash(password) if dated else None
    except BusyError:
        return _sign_in(request, 503, path, name, BUSY)
    return begun(request, account.id, own_path(path), fresh)


@router.get("/sign-up")
def sign_up_page(request: Request, visitor: MaybeVisitor, code: str = "") -> Response:
    """The form, where accounts may be made."""
    if visitor is not None:
        return to("/")
    is_first = not has_people(server_of(request).database)
    if not is_first and not server_of(request).settings.open_sign_up:
        return to("/sign-in")
    return _sign_up(request, 200, is_first, "", None, code)


@router.post("/sign-up")
def sign_up(request: Request, fields: FormFields, visitor: MaybeVisitor) -> Response:
    """Make an account and begin its session."""
    server = server_of(request)
    is_first = not has_people(server.database)
    if not is_first and not server.settings.open_sign_up:
        raise HTTPException(403, "Accounts are made by the one who runs this store.")
    name, code = account_name(fields.one("name")), fields.one("code")
    if _too_often(request, "sign-up"):
        return _sign_up(request, 429, is_first, name, TOO_OFTEN, code)
    if is_first and not are_equal(code, server.settings.setup_code):
        return _sign_up(request, 403, is_first, name, "That is not the code of this server.", "")
    password = fields.exact("password")
    fault = name_fault(name) or fault_of(password, name)
    if fault is not None:
        return _sign_up(request, 422, is_first, name, fault, code)
    try:
        hashed = server.passwords.hash(password)
    except BusyError:
        return _sign_up(request, 503, is_first, name, BUSY, code)
    quota = server.settings.quota_bytes
    account_id = make_account(server.database, name, hashed, quota=quota, first_only=is_first)
    if account_id is None:
        return _sign_up(request, 422, is_first, name, "That name is taken.", code)
    return begun(request, account_id, "/")


@router.post("/sign-out")
def sign_out(request: Request, visitor: MaybeVisitor) -> Response:
    """End the session."""
    server = server_of(request)
    token = request.cookies.get(server.cookie.name())
    if token:
        with server.database.writing() as session:
            sessions.end(session, token)
    response = to("/sign-in")
    server.cookie.drop(response)
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response


def begun(request: Request, account_id: str, path: str, password: str | None = None) -> Response:
    """A new session's first answer; ``password`` is its hash, made anew with today's cost."""
    server = server_of(request)
    old = request.cookies.get(server.cookie.name())
    with server.database.writing() as session:
        account = session.get(Account, account_id)
        if password is not None and account is not None:
            account.password = password
        token = sessions.begin(session, account_id, server.settings.session_days, old)
    response = to(path)
    server.cookie.set(response, token)
    server.cookie.drop(response, "form")
    return response


def _too_often(request: Request, what: str) -> bool:
    """Count a try of one thing from one address, and of all from it; before anything is hashed."""
    server, address = server_of(request), address_of(request)
    settings = server.settings
    over = is_over(server.database, f"{what} {address}", settings.sign_in_tries)
    return is_over(server.database, f"all {address}", settings.address_tries) or over


def _sign_in(request: Request, status: int, path: str, name: str, fault: str | None) -> Response:
    may = server_of(request).settings.open_sign_up
    return page(
        request,
        "sign-in.html",
        status,
        next=own_path(path),
        name=name,
        fault=fault,
        may_sign_up=may,
    )


def _sign_up(
    request: Request, status: int, is_first: bool, name: str, fault: str | None, code: str
) -> Response:
    return page(
        request, "sign-up.html", status, is_first=is_first, name=name, fault=fault, code=code
    )
