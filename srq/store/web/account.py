"""An account's own page: its mode, keys and password; other accounts, for who runs the store."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import delete, select, update

from srq.errors import ConfigError
from srq.store.library.tables import Account, ApiKey, now
from srq.store.modes import mode_named
from srq.store.web.entry import BUSY
from srq.store.web.pages import page, to
from srq.store.web.people import make_account, name_fault
from srq.store.web.security import sessions
from srq.store.web.security.forms import FormFields
from srq.store.web.security.names import account_name
from srq.store.web.security.passwords import BusyError, fault_of
from srq.store.web.security.tokens import hash_of, new_token
from srq.store.web.security.tries import is_over
from srq.store.web.security.visitor import KEY_START, PageVisitor, Visitor
from srq.store.web.server import server_of

router = APIRouter(prefix="/account", include_in_schema=False)

_MOST_KEYS = 50


@router.get("")
def account_page(request: Request, visitor: PageVisitor) -> Response:
    """All of it."""
    return _page(request, visitor)


@router.post("/mode")
def set_mode(request: Request, visitor: PageVisitor, fields: FormFields) -> Response:
    """The mode of pictures that come from now on."""
    mode = fields.one("mode")
    try:
        mode_named(mode)
    except ConfigError as error:
        return _page(request, visitor, 422, fault=str(error))
    with server_of(request).database.writing() as session:
        session.execute(update(Account).where(Account.id == visitor.id).values(mode=mode))
    return to("/account")


@router.post("/password")
def set_password(request: Request, visitor: PageVisitor, fields: FormFields) -> Response:
    """Change the password; all other sessions end."""
    server = server_of(request)
    if is_over(server.database, f"password {visitor.id}", server.settings.sign_in_tries):
        return _page(request, visitor, 429, fault="Too many tries; wait a minute.")
    new = fields.exact("new")
    fault = fault_of(new, visitor.name)
    if fault is not None:
        return _page(request, visitor, 422, fault=fault)
    with server.database.reading() as session:
        kept = session.scalar(select(Account.password).where(Account.id == visitor.id))
    try:
        if not server.passwords.check(kept, fields.exact("old")[:1000]):
            return _page(request, visitor, 403, fault="The old password is another.")
        hashed = server.passwords.hash(new)
    except BusyError:
        return _page(request, visitor, 503, fault=BUSY)
    with server.database.writing() as session:
        session.execute(update(Account).where(Account.id == visitor.id).values(password=hashed))
        sessions.end_all(session, visitor.id)
        token = sessions.begin(session, visitor.id, server.settings.session_days)
    response = to("/account")
    server.cookie.set(response, token)
    return response


@router.post("/keys")
def make_key(request: Request, visitor: PageVisitor, fields: FormFields) -> Response:
    """A new key, shown once."""
    name, days = fields.one("name")[:60] or "key", fields.one("days")
    key = KEY_START + new_token()
    with server_of(request).database.writing() as session:
        query = select(ApiKey.id).where(ApiKey.account_id == visitor.id)
        if len(session.scalars(query).all()) >= _MOST_KEYS:
            raise HTTPException(422, f"An account has {_MOST_KEYS} keys at most; revoke some.")
        until = now() + int(days) * sessions.DAY if days in ("30", "365") else None
        row = ApiKey(account_id=visitor.id, name=name, token_hash=hash_of(key), expires=until)
        session.add(row)
    return _page(request, visitor, new_key=key, new_key_name=name)


@router.post("/keys/{key_id}/delete")
def revoke_key(request: Request, visitor: PageVisitor, key_id: str) -> Response:
    """End a key."""
    ended = delete(ApiKey).where(ApiKey.id == key_id, ApiKey.account_id == visitor.id)
    with server_of(request).database.writing() as session:
        if session.execute(ended.returning(ApiKey.id)).first() is None:
            raise HTTPException(404, "There is no such key.")
    return to("/account")


@router.post("/others")
def make_other(request: Request, visitor: PageVisitor, fields: FormFields) -> Response:
    """Make another account, for who runs the store."""
    _only_admins(visitor)
    name, password = account_name(fields.one("name")), fields.exact("password")
    fault = name_fault(name) or fault_of(password, name)
    if fault is None:
        server = server_of(request)
        try:
            hashed = server.passwords.hash(password)
            quota = server.settings.quota_bytes
            if make_account(server.database, name, hashed, quota=quota) is None:
                fault = "That name is taken."
        except BusyError:
            fault = BUSY
    if fault is not None:
        return _page(request, visitor, 422, fault=fault)
    return _page(request, visitor, notice=f"{name} can sign in now.")


@router.post("/others/{account_id}")
def open_or_close(
    request: Request, visitor: PageVisitor, fields: FormFields, account_id: str
) -> Response:
    """Close an account, which ends its sessions and keeps its pictures, or open it again."""
    _only_admins(visitor)
    if account_id == visitor.id:
        raise HTTPException(422, "Nobody closes their own account.")
    closes = fields.one("do") == "close"
    with server_of(request).database.writing() as session:
        account = session.get(Account, account_id)
        if account is None:
            raise HTTPException(404, "There is no such account.")
        account.is_disabled = closes
        if closes:
            sessions.end_all(session, account_id)
    return to("/account")


def _only_admins(visitor: Visitor) -> None:
    if not visitor.is_admin or visitor.by_key:
        raise HTTPException(404, "There is no such page.")


def _page(request: Request, visitor: Visitor, status: int = 200, **values: Any) -> Response:
    with server_of(request).database.reading() as session:
        keys = session.scalars(
            select(ApiKey).where(ApiKey.account_id == visitor.id).order_by(ApiKey.created)
        ).all()
        every = select(Account).where(Account.password.is_not(None)).order_by(Account.name)
        accounts = session.scalars(every).all() if visitor.is_admin else []
    shown = {"notice": None, "fault": None, "new_key": None, "new_key_name": None} | values
    return page(request, "account.html", status, keys=keys, accounts=accounts, **shown)
