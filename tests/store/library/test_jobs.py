"""Leases: one worker has a job, and a killed one loses none."""

import threading

from sqlalchemy import update

from srq.store.library import jobs
from srq.store.library.tables import Job, now
from tests.store.library.conftest import jobs_of, taken

EVERYWHERE = True


def expire(library):
    with library.database.writing() as session:
        session.execute(update(Job).values(leased=now() - 1))


def finished(library, job):
    with library.database.writing() as session:
        return jobs.finish(session, job)


def test_one_worker_has_a_job(library, account, jpeg):
    picture = taken(library, account, jpeg)
    job = jobs.lease(library.database, "one")
    assert (job.picture_id, job.kind, job.attempts) == (picture, "optimise", 0)
    assert jobs.lease(library.database, "two") is None
    assert jobs.renew(library.database, job)
    assert finished(library, job)
    assert jobs_of(library) == []
    assert not jobs.renew(library.database, job)


def test_a_job_whose_worker_died_is_anothers_and_the_dead_one_cannot_end_it(library, account, jpeg):
    taken(library, account, jpeg)
    first = jobs.lease(library.database, "one")
    expire(library)
    second = jobs.lease(library.database, "two")
    assert (second.id, second.attempts) == (first.id, 0)
    assert not jobs.renew(library.database, first)
    assert not finished(library, first)
    assert finished(library, second)


def test_work_that_is_wanted_anew_is_not_ended_by_the_old(library, account, jpeg):
    picture = taken(library, account, jpeg)
    old = jobs.lease(library.database, "one")
    with library.database.writing() as session:
        jobs.enqueue(session, jobs.OPTIMISE, picture)
    assert not finished(library, old)
    new = jobs.lease(library.database, "two")
    assert new.id != old.id
    assert len(jobs_of(library)) == 1


def test_attempts(library, account, jpeg):
    taken(library, account, jpeg)
    job = jobs.lease(library.database, "one")
    jobs.give_back(library.database, job)
    job = jobs.lease(library.database, "one")
    assert job.attempts == 0
    assert jobs.count_attempt(library.database, job, "it died", most=2)
    assert jobs.lease(library.database, "one") is None  # It waits.
    (row,) = jobs_of(library)
    assert (row.attempts, row.error, row.run_at > now()) == (1, "it died", True)
    with library.database.writing() as session:
        session.execute(update(Job).values(run_at=now()))
    job = jobs.lease(library.database, "one")
    assert not jobs.count_attempt(library.database, job, "it died", most=2)
    assert finished(library, job)


def test_many_workers_share_the_jobs(library, account, jpeg):
    for number in range(20):
        taken(library, account, jpeg + bytes([number]))
    got = []

    def work(name):
        while (job := jobs.lease(library.database, name)) is not None:
            got.append(job.picture_id)

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 20
