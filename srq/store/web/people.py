"""Accounts of people: made, and given passwords."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from srq.errors import ConfigError
from srq.store.library.database import Database
from srq.store.library.tables import Account
from srq.store.web.security import sessions
from srq.store.web.security.names import NAME, account_name
from srq.store.web.security.passwords import Passwords, fault_of


def has_people(database: Database) -> bool:
    """Whether there is an account that can sign in."""
    with database.reading() as session:
        return _has_people(session)


def make_account(
    database: Database, name: str, hashed: str, *, quota: int | None, first_only: bool = False
) -> str | None:
    """The new account's id; None where the name is taken, or where another was the first.

    hashed: its password as ``Passwords.hash`` gives it.

    The first account that can sign in runs the store.
    """
    try:
        with database.writing() as session:
            is_first = not _has_people(session)
            if first_only and not is_first:
                return None
            account = Account(name=name, password=hashed, is_admin=is_first, quota=quota)
            session.add(account)
            session.flush()
            return account.id
    except IntegrityError:
        return None


def set_account(database: Database, name: str, password: str, *, admin: bool = False) -> bool:
    """Make the account, or give it a new password, which ends its sessions; whether it is new.

    Raises ConfigError for a name or a password that may not be.
    """
    name = account_name(name)
    fault = name_fault(name) or fault_of(password, name)
    if fault is not None:
        raise ConfigError(fault)
    hashed = Passwords().hash(password)
    with database.writing() as session:
        account = session.scalar(select(Account).where(Account.name == name))
        is_new = account is None
        if account is None:
            account = Account(name=name)
            session.add(account)
        account.is_admin = account.is_admin or admin or not _has_people(session)
        account.password = hashed
        account.is_disabled = False
        session.flush()
        sessions.end_all(session, account.id)
    return is_new


def name_fault(name: str) -> str | None:
    """The sentence of what is wrong with a new account's name; None where it may be."""
    if NAME.fullmatch(name):
        return None
    return "A name has up to 64 letters, digits and . _ - @ +; a letter or digit at both ends."


def _has_people(session: Session) -> bool:
    return (
        session.scalar(select(Account.id).where(Account.password.is_not(None)).limit(1)) is not None
    )
