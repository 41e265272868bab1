"""Who is behind a request: a signed-in browser, a program with a key, or nobody."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from sqlalchemy import select, update

from srq.store.library.tables import Account, ApiKey, WebSession, now
from srq.store.web.security import sessions
from srq.store.web.security.tokens import hash_of
from srq.store.web.server import Server, server_of

KEY_START = "srq_"


@dataclass(frozen=True)
class Visitor:
    """A known account, and how it is known.

    form_token: what its forms carry; None where a program asks with a key.
    """

    id: str
    name: str
    is_admin: bool
    mode: str
    form_token: str | None = None

    @property
    def by_key(self) -> bool:
        """Whether a program asks."""
        return self.form_token is None


class SignInNeededError(Exception):
    """A page that only accounts see was asked for by nobody."""


def visitor_of(request: Request) -> Visitor | None:
    """Who asks. A key counts only in the header Authorization, and then no cookie counts.

    Raises 401 for a key that is none.
    """
    server = server_of(request)
    given = request.headers.get("authorization")
    if given is not None:
        kind, _, key = given.partition(" ")
        visitor = _by_key(server, key.strip()) if kind.lower() == "bearer" else None
        if visitor is None:
            raise HTTPException(401, "There is no such key.", {"WWW-Authenticate": "Bearer"})
    else:
        token = request.cookies.get(server.cookie.name())
        visitor = _by_session(server, token) if token else None
    request.state.visitor = visitor
    return visitor


MaybeVisitor = Annotated[Visitor | None, Depends(visitor_of)]


def page_visitor(visitor: MaybeVisitor) -> Visitor:
    """Who asks for a page; nobody is sent to sign in, and programs have the API."""
    if visitor is None or visitor.by_key:
        raise SignInNeededError
    return visitor


def api_visitor(visitor: MaybeVisitor) -> Visitor:
    """Who asks for data; nobody is told 401."""
    if visitor is None:
        raise HTTPException(401, "Sign in, or send a key.", {"WWW-Authenticate": "Bearer"})
    return visitor


PageVisitor = Annotated[Visitor, Depends(page_visitor)]
ApiVisitor = Annotated[Visitor, Depends(api_visitor)]


def _by_session(server: Server, token: str) -> Visitor | None:
    with server.database.reading() as session:
        pair = sessions.found(session, token)
    if pair is None:
        return None
    account, row = pair
    if sessions.is_to_be_noted(row):
        with server.database.writing() as session:
            used = update(WebSession).where(WebSession.token_hash == row.token_hash)
            session.execute(used.values(used=now()))
    return Visitor(account.id, account.name, account.is_admin, account.mode, row.csrf)


def _by_key(server: Server, key: str) -> Visitor | None:
    if not key.startswith(KEY_START):
        return None
    query = (
        select(Account, ApiKey)
        .join(ApiKey, ApiKey.account_id == Account.id)
        .where(ApiKey.token_hash == hash_of(key), Account.is_disabled.is_(False))
    )
    with server.database.reading() as session:
        pair = session.execute(query).one_or_none()
    if pair is None:
        return None
    account, row = pair
    if row.expires is not None and row.expires <= now():
        return None
    if row.used is None or row.used < now() - 60:
        with server.database.writing() as session:
            session.execute(update(ApiKey).where(ApiKey.id == row.id).values(used=now()))
    return Visitor(account.id, account.name, account.is_admin, account.mode)
