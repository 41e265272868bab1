"""Who is behind a request: a signed-in browser, a program with a key, or nobody."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from sqlalchemy import bindparam, select, update

from srq.store.library.tables import Account, ApiKey, now
from srq.store.web.security import sessions
from srq.store.web.security.tokens import hash_of
from srq.store.web.server import Server, server_of

KEY_START = "srq_"

# Made once, and of columns: each request of a program asks it.
_KEY = (
    select(
        Account.id, Account.name, Account.is_admin, Account.mode,
        ApiKey.id.label("key_id"), ApiKey.used, ApiKey.expires,
    )
    .join(ApiKey, ApiKey.account_id == Account.id)
    .where(ApiKey.token_hash == bindparam("token_hash"), Account.is_disabled.is_(False))
)  # fmt: skip


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


async def page_visitor(visitor: MaybeVisitor) -> Visitor:
    """Who asks for a page; nobody is sent to sign in, and programs have the API."""
    if visitor is None or visitor.by_key:
        raise SignInNeededError
    return visitor


async def api_visitor(visitor: MaybeVisitor) -> Visitor:
    """Who asks for data; nobody is told 401."""
    if visitor is None:
        raise HTTPException(401, "Sign in, or send a key.", {"WWW-Authenticate": "Bearer"})
    return visitor


PageVisitor = Annotated[Visitor, Depends(page_visitor)]
ApiVisitor = Annotated[Visitor, Depends(api_visitor)]


def _by_session(server: Server, token: str) -> Visitor | None:
    with server.database.reading() as session:
        found = sessions.found(session, token)
    if found is None:
        return None
    if found.is_to_be_noted:
        with server.database.writing() as session:
            sessions.note(session, token)
    return Visitor(found.account_id, found.name, found.is_admin, found.mode, found.csrf)


def _by_key(server: Server, key: str) -> Visitor | None:
    if not key.startswith(KEY_START):
        return None
    with server.database.reading() as session:
        row = session.execute(_KEY, {"token_hash": hash_of(key)}).one_or_none()
    if row is None or (row.expires is not None and row.expires <= now()):
        return None
    if row.used is None or row.used < now() - 60:
        with server.database.writing() as session:
            session.execute(update(ApiKey).where(ApiKey.id == row.key_id).values(used=now()))
    return Visitor(row.id, row.name, row.is_admin, row.mode)
