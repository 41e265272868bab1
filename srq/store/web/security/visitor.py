"""Who is behind a request: a signed-in browser, a program with a key, or nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from srq.store.library.tables import Account, ApiKey, now, table_of
from srq.store.web.security import sessions
from srq.store.web.security.tokens import hash_of
from srq.store.web.server import Server, server_of

KEY_START = "srq_"
_KEY_SEEN_EVERY = 60
"""Seconds between two notes of when a key was last used: reading should not write."""

# Made once, and of the tables' columns: each request of a program asks it.
_account, _key = table_of(Account).c, table_of(ApiKey).c
_KEY = select(
    _account.id, _account.name, _account.is_admin, _account.mode,
    _key.id.label("key_id"), _key.used, _key.expires,
).where(
    _key.account_id == _account.id, _account.is_disabled.is_(False),
    _key.token_hash == bindparam("token_hash"),
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


@dataclass(frozen=True)
class Known:
    """Who asks; None is nobody. ``noting`` notes in a transaction of its own that the session or
    the key is used, where that is worth a write."""

    visitor: Visitor | None
    noting: Callable[[Session], None] | None = None


def known_in(session: Session, request: Request) -> Known:
    """Who asks. A key counts only in the header Authorization, and then no cookie counts.

    Raises 401 for a key that is none.
    """
    given = request.headers.get("authorization")
    if given is not None:
        kind, _, key = given.partition(" ")
        known = _by_key(session, key.strip()) if kind.lower() == "bearer" else Known(None)
        if known.visitor is None:
            raise HTTPException(401, "There is no such key.", {"WWW-Authenticate": "Bearer"})
    else:
        token = request.cookies.get(server_of(request).cookie.name())
        known = _by_session(session, token) if token else Known(None)
    request.state.visitor = known.visitor
    return known


def note(server: Server, known: Known) -> None:
    """Note that a session or a key is used. Called outside of transactions."""
    if known.noting is not None:
        with server.database.writing() as session:
            known.noting(session)


def visitor_of(request: Request) -> Visitor | None:
    """Who asks, as ``known_in`` has it; noted."""
    server = server_of(request)
    with server.database.reading() as session:
        known = known_in(session, request)
    note(server, known)
    return known.visitor


MaybeVisitor = Annotated[Visitor | None, Depends(visitor_of)]


def page_visitor(visitor: Visitor | None) -> Visitor:
    """Who asks for a page; nobody is sent to sign in, and programs have the API."""
    if visitor is None or visitor.by_key:
        raise SignInNeededError
    return visitor


# Coroutines, which FastAPI need not run in a thread.
async def _page_visitor(visitor: MaybeVisitor) -> Visitor:
    return page_visitor(visitor)


async def _api_visitor(visitor: MaybeVisitor) -> Visitor:
    """Who asks for data; nobody is told 401."""
    if visitor is None:
        raise HTTPException(401, "Sign in, or send a key.", {"WWW-Authenticate": "Bearer"})
    return visitor


PageVisitor = Annotated[Visitor, Depends(_page_visitor)]
ApiVisitor = Annotated[Visitor, Depends(_api_visitor)]


def _by_session(session: Session, token: str) -> Known:
    found = sessions.found(session, token)
    if found is None:
        return Known(None)
    visitor = Visitor(found.account_id, found.name, found.is_admin, found.mode, found.csrf)
    return Known(visitor, partial(sessions.note, token=token) if found.is_to_be_noted else None)


def _by_key(session: Session, key: str) -> Known:
    if not key.startswith(KEY_START):
        return Known(None)
    row = session.execute(_KEY, {"token_hash": hash_of(key)}).one_or_none()
    if row is None or (row.expires is not None and row.expires <= now()):
        return Known(None)
    visitor = Visitor(row.id, row.name, row.is_admin, row.mode)
    is_old = row.used is None or row.used < now() - _KEY_SEEN_EVERY
    return Known(visitor, partial(_note_key, key_id=row.key_id) if is_old else None)


def _note_key(session: Session, key_id: str) -> None:
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(used=now()))
