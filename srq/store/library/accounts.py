"""Whose pictures they are, and how many bytes they may take."""

from functools import cache

from sqlalchemy import Insert, bindparam, func, select, update
from sqlalchemy.orm import Session

from srq.errors import ConfigError, StorageError
from srq.store.library.database import dialect_of, insert_for
from srq.store.library.tables import Account, Day, Upload, now, table_of

LOCAL = "local"
"""The account of the command line."""

_LOCKED = select(Account).where(Account.id == bindparam("id")).with_for_update()


class QuotaError(StorageError):
    """An account has no room for more bytes."""


def account_named(session: Session, name: str, *, make: bool = False) -> Account:
    """The account of that name; made where it is missing, if so wished, else ConfigError."""
    folded = name.casefold()
    account = session.scalar(select(Account).where(Account.name == folded))
    if account is None:
        if not make:
            raise ConfigError(f"The library has no account '{name}'.")
        account = Account(name=folded)
        session.add(account)
        session.flush()
    return account


def locked(session: Session, account_id: str) -> Account:
    """The account, its row locked until the transaction ends: others wait, and see what it did."""
    return session.scalars(_LOCKED, {"id": account_id}).one()


def reserve(session: Session, account_id: str, size: int) -> Account:
    """The account, locked, if it has room for ``size`` more bytes; QuotaError if not."""
    account = locked(session, account_id)
    check_room(session, account, size)
    return account


def check_room(
    session: Session, account: Account, size: int, *, upload_id: str | None = None
) -> None:
    """QuotaError where a locked account has no room for ``size`` more bytes.

    Unfinished uploads count with their whole length, but for ``upload_id``, whose bytes they are.
    """
    if account.quota is None:
        return
    unfinished = select(func.coalesce(func.sum(Upload.length), 0)).where(
        Upload.account_id == account.id,
        Upload.id != (upload_id or ""),
        Upload.picture_id.is_(None),
        Upload.error.is_(None),
        Upload.expires > now(),
    )
    room = account.quota - account.used - int(session.scalar(unfinished) or 0)
    if size > room:
        raise QuotaError(
            f"The account has room for {max(0, room)} more bytes, and {size} are wanted; delete"
            " pictures, or ask for a larger quota."
        )


def note_change(
    session: Session, account_id: str, *, pictures: int = 0, came: int = 0, size: int = 0
) -> None:
    """Note that an account has so many pictures, bytes that came and bytes that they take more."""
    if size:
        session.execute(_USED, {"account": account_id, "size": size})
    day = {"account_id": account_id, "day": now() // 86400}
    grown = {"pictures": pictures, "came": came, "bytes": size}
    session.execute(_growing(dialect_of(session)), day | grown)


# Made once: each upload needs them.
_account = table_of(Account)
_USED = (
    update(_account)
    .where(_account.c.id == bindparam("account"))
    .values(used=_account.c.used + bindparam("size"))
)


@cache
def _growing(dialect: str) -> Insert:
    row, day = insert_for(dialect, Day), table_of(Day).c
    sums = {name: day[name] + row.excluded[name] for name in ("pictures", "came", "bytes")}
    return row.on_conflict_do_update(index_elements=["account_id", "day"], set_=sums)
