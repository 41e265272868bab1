"""Work that waits, and who has it.

A job is a row that is written in the transaction of the rows it is about. A worker leases it, says
now and then that it still has it, and removes the row in the transaction of the results: a worker
that is killed loses nothing, since its lease ends and another begins again.
"""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Insert, delete, func, or_, select, update
from sqlalchemy.orm import Session

from srq.store.library.database import Database, dialect_of, insert_for
from srq.store.library.tables import Job, new_id, now

LEASE = 60
"""Seconds for which a worker has a job; it renews the lease well before."""

OPTIMISE = "optimise"


@dataclass(frozen=True)
class Leased:
    """A job that a worker has; ``attempts`` of it killed their process before."""

    id: str
    kind: str
    picture_id: str
    attempts: int
    worker: str


def enqueue(session: Session, kind: str, picture_id: str) -> None:
    """Have a picture worked on. Where that waits already, it waits on; what failed begins anew."""
    row = {"id": new_id(), "kind": kind, "picture_id": picture_id, "created": now()}
    fresh = {"run_at": now(), "attempts": 0, "error": None, "worker": None, "leased": None}
    session.execute(_enqueuing(dialect_of(session)), row | fresh)


@cache
def _enqueuing(dialect: str) -> Insert:
    row = insert_for(dialect, Job)
    # Under a new id: whoever has the old one works on what is out of date, and cannot end this.
    names = ("id", "run_at", "attempts", "error", "worker", "leased")
    return row.on_conflict_do_update(
        index_elements=["picture_id", "kind"], set_={name: row.excluded[name] for name in names}
    )


def lease(database: Database, worker: str) -> Leased | None:
    """The job that waits longest, for ``LEASE`` seconds; None where none waits."""
    moment = now()
    with database.writing() as session:
        job = session.scalars(
            select(Job)
            .where(
                Job.run_at <= moment,
                or_(Job.leased.is_(None), Job.leased < moment),
            )
            .order_by(Job.run_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if job is None:
            return None
        job.worker, job.leased = worker, moment + LEASE
        return Leased(job.id, job.kind, job.picture_id, job.attempts, worker)


def renew(database: Database, job: Leased) -> bool:
    """Have the job for longer; False where it is another's by now, or gone."""
    with database.writing() as session:
        return _touch(session, job, leased=now() + LEASE)


def finish(session: Session, job: Leased) -> bool:
    """Remove a job that is done, in the transaction of its results; False where it is no more
    this worker's, so that the results are not wanted."""
    gone = delete(Job).where(Job.id == job.id, Job.worker == job.worker).returning(Job.id)
    return session.scalar(gone) is not None


def give_back(database: Database, job: Leased, error: str | None = None, *, delay: int = 0) -> None:
    """Let a job be begun again after ``delay`` seconds that came to no end through no fault of
    its picture."""
    with database.writing() as session:
        _touch(session, job, worker=None, leased=None, error=error, run_at=now() + delay)


def count_attempt(database: Database, job: Leased, error: str, most: int) -> bool:
    """Count an attempt that killed its process, and let the job be begun again later; False
    after ``most`` of them, when it is still this worker's."""
    if job.attempts + 1 >= most:
        return False
    with database.writing() as session:
        _touch(
            session, job, worker=None, leased=None, error=error, attempts=job.attempts + 1,
            run_at=now() + 5 * 2**job.attempts,
        )  # fmt: skip
    return True


def waiting(session: Session) -> int:
    """How many jobs there are, whoever has them and whenever they are due."""
    return session.scalar(select(func.count()).select_from(Job)) or 0


def _touch(session: Session, job: Leased, **values: object) -> bool:
    change = update(Job).where(Job.id == job.id, Job.worker == job.worker).values(**values)
    return session.scalar(change.returning(Job.id)) is not None
