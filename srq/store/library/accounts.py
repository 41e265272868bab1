"""Whose pictures they are, and how many bytes they may take."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from srq.errors import ConfigError, StorageError
from srq.store.library.database import insert_into
from srq.store.library.tables import Account, Day, Upload, now

LOCAL = "local"
"""The account of the command line."""


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
    query = select(Account).where(Account.id == account_id).with_for_update()
    return session.scalars(query).one()


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
        session.execute(
            update(Account).where(Account.id == account_id).values(used=Account.used + size)
        )
    row = insert_into(
        session, Day, account_id=account_id, day=now() // 86400, pictures=pictures, came=came,
        bytes=size,
    )  # fmt: skip
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Day.account_id, Day.day],
            set_={
                "pictures": Day.pictures + pictures,
                "came": Day.came + came,
                "bytes": Day.bytes + size,
            },
        )
    )
