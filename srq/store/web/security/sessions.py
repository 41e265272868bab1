"""Browsers that have signed in: an opaque cookie, whose hash is in the database."""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session
from starlette.responses import Response

from srq.store.library.tables import Account, WebSession, now, table_of
from srq.store.web.security.tokens import hash_of, new_token

DAY = 86_400
_SEEN_EVERY = 3_600
"""Seconds between two notes of when a session was last used: reading should not write."""


@dataclass(frozen=True)
class Cookie:
    """The name and the marks of the server's cookies.

    Over https the name begins with __Host-, which browsers take only from this very host.
    """

    https: bool
    days: int

    def name(self, of: str = "session") -> str:
        """The name of the cookie ``of`` a session or of forms before there is one."""
        return f"__Host-srq-{of}" if self.https else f"srq-{of}"

    def set(self, response: Response, value: str, of: str = "session") -> None:
        """Give it to the browser."""
        age = self.days * DAY if of == "session" else None
        response.set_cookie(
            self.name(of), value, max_age=age, httponly=True, samesite="lax", secure=self.https
        )

    def drop(self, response: Response, of: str = "session") -> None:
        """Take it away."""
        response.delete_cookie(self.name(of), httponly=True, samesite="lax", secure=self.https)


def begin(session: Session, account_id: str, days: int, old_token: str | None = None) -> str:
    """A new session's token; the old one of the same browser ends, so that none is carried over."""
    if old_token:
        end(session, old_token)
    token = new_token()
    row = WebSession(
        token_hash=hash_of(token),
        account_id=account_id,
        csrf=new_token(),
        expires=now() + days * DAY,
    )
    session.add(row)
    return token


def end(session: Session, token: str) -> None:
    """End the session of ``token``."""
    session.execute(delete(WebSession).where(WebSession.token_hash == hash_of(token)))


def end_all(session: Session, account_id: str, but: str | None = None) -> None:
    """End all of an account's, ``but`` that of one token: after its password was changed."""
    every = delete(WebSession).where(WebSession.account_id == account_id)
    if but is not None:
        every = every.where(WebSession.token_hash != hash_of(but))
    session.execute(every)


@dataclass(frozen=True)
class Found:
    """A session and its account, as far as each request asks for them."""

    account_id: str
    name: str
    is_admin: bool
    mode: str
    csrf: str
    used: int

    @property
    def is_to_be_noted(self) -> bool:
        """Whether it is worth a write that the session is used."""
        return self.used < now() - _SEEN_EVERY


# Made once, and of the tables' columns: each request asks it.
_account, _session = table_of(Account).c, table_of(WebSession).c
_FOUND = (
    select(
        _account.id, _account.name, _account.is_admin, _account.mode, _session.csrf, _session.used
    )
    .where(_session.account_id == _account.id, _account.is_disabled.is_(False))
    .where(_session.token_hash == bindparam("token_hash"), _session.expires > bindparam("now"))
)


def found(session: Session, token: str) -> Found | None:
    """Whose session it is; None where there is none, or none any more."""
    given = {"token_hash": hash_of(token), "now": now()}
    row = session.execute(_FOUND, given).one_or_none()
    return None if row is None else Found(*row)


def note(session: Session, token: str) -> None:
    """Note that the session is used now."""
    used = update(WebSession).where(WebSession.token_hash == hash_of(token))
    session.execute(used.values(used=now()))
