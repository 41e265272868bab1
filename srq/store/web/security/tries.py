"""How often a thing may be tried, counted in the database, so that it holds over all servers."""

import hashlib

from sqlalchemy import case

from srq.store.library.database import Database, insert_into
from srq.store.library.tables import Limit, now


def is_over(database: Database, what: str, most: int, seconds: int = 60) -> bool:
    """Count a try of ``what``; whether there were more than ``most`` within ``seconds``.

    ``what`` is kept as a hash: names and addresses do not gather in the table.
    """
    key = hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()
    time = now()
    begins_anew = Limit.since <= time - seconds
    with database.writing() as session:
        row = insert_into(session, Limit, key=key, count=1, since=time)
        counted = row.on_conflict_do_update(
            index_elements=[Limit.key],
            set_={
                "count": case((begins_anew, 1), else_=Limit.count + 1),
                "since": case((begins_anew, time), else_=Limit.since),
            },
        )
        return session.execute(counted.returning(Limit.count)).scalar_one() > most
