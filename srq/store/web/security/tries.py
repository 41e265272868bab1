"""How often a thing may be tried, counted in the database, so that it holds over all servers."""

import hashlib
from typing import Any

from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite

from srq.store.library.database import Database
from srq.store.library.tables import Limit, now


def is_over(database: Database, what: str, most: int, seconds: int = 60) -> bool:
    """Count a try of ``what``; whether there were more than ``most`` within ``seconds``.

    ``what`` is kept as a hash: names and addresses do not gather in the table.
    """
    key = hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()
    time = now()
    insert: Any = sqlite.insert if database.is_sqlite else postgresql.insert
    begins_anew = Limit.since <= time - seconds
    counted = (
        insert(Limit)
        .values(key=key, count=1, since=time)
        .on_conflict_do_update(
            index_elements=[Limit.key],
            set_={
                "count": case((begins_anew, 1), else_=Limit.count + 1),
                "since": case((begins_anew, time), else_=Limit.since),
            },
        )
        .returning(Limit.count)
    )
    with database.writing() as session:
        return session.execute(counted).scalar_one() > most


def forget(database: Database, seconds: int = 3600) -> None:
    """Drop counts that began longer ago."""
    with database.writing() as session:
        session.execute(delete(Limit).where(Limit.since < now() - seconds))
