"""Does jobs until it is told to stop, and the upkeep of a library now and then."""

import os
import platform
import secrets
import time
from collections.abc import Callable
from threading import Event, Thread

from srq.errors import DataError, SrqError
from srq.store.library import jobs
from srq.store.library.gc import collect
from srq.store.library.library import Library
from srq.store.library.limited import UnwantedError
from srq.store.library.optimise import fail, optimise

_IDLE = 1.0  # seconds between looks for a job where none waits
_UPKEEP = 60.0
_FILES = 24 * 3600.0  # seconds between looks through the whole blob store
_PAUSE = 10  # seconds before a job is begun again that a disk, bucket or database refused

Told = Callable[[str], None]


class Worker:
    """``count`` threads that each do one job at a time, in child processes.

    told: gets a sentence of each thing that is done or goes wrong.
    """

    def __init__(self, library: Library, count: int = 1, told: Told = lambda _: None) -> None:
        self._library = library
        self._count = count
        self._told = told
        self._stop = Event()
        self._drain = False
        # Whose leases they are: no other process ever has this name.
        self._name = f"{platform.node()}-{os.getpid()}-{secrets.token_hex(4)}"

    def stop(self) -> None:
        """End soon: work in hand is given back. May be called by a signal."""
        self._stop.set()

    def run(self, *, drain: bool = False) -> None:
        """Work until ``stop``; or, to ``drain``, until no job is left, dead ones aside."""
        self._drain = drain
        threads = [
            Thread(target=self._work, args=(f"{self._name}-{number}",), daemon=True)
            for number in range(self._count)
        ]
        if not drain:
            threads.append(Thread(target=self._upkeep, daemon=True))
        for thread in threads:
            thread.start()
        if not drain:
            self._told("Waiting for pictures.")
        for thread in threads:
            while thread.is_alive():  # in pieces, so that signals are heard
                thread.join(0.2)

    def _work(self, name: str) -> None:
        while not self._stop.is_set():
            try:
                job = jobs.lease(self._library.database, name)
                if job is not None:
                    self._do(job)
                    continue
                if self._drain and self._is_empty():
                    return
            except SrqError as error:
                self._told(str(error))
                self._stop.wait(_PAUSE)
            self._stop.wait(_IDLE)

    def _do(self, job: jobs.Leased) -> None:
        begun = time.monotonic()
        database = self._library.database
        try:
            optimise(
                self._library,
                job.picture_id,
                lambda session: jobs.finish(session, job),
                lambda: not self._stop.is_set() and jobs.renew(database, job),
            )
            self._told(f"{job.picture_id}: done in {time.monotonic() - begun:.1f} s")
        except UnwantedError:
            jobs.give_back(database, job)
        except DataError as error:  # What came is missing or damaged; no try mends that.
            self._fail(job, str(error))
        except SrqError as error:
            # A disk, a bucket or the database refused: the picture is not to blame.
            self._told(str(error))
            jobs.give_back(database, job, str(error), delay=_PAUSE)
        except Exception as error:  # The child died, or of a defect of ours: others go on.
            self._told(f"{job.picture_id}: {error}")
            most = self._library.settings.attempts
            if not jobs.count_attempt(database, job, str(error), most):
                self._fail(job, f"Work on it failed {most} times: {error}.")

    def _fail(self, job: jobs.Leased, why: str) -> None:
        self._told(f"{job.picture_id}: {why}")
        fail(self._library, job.picture_id, why, lambda session: jobs.finish(session, job))

    def _is_empty(self) -> bool:
        with self._library.database.reading() as session:
            return jobs.waiting(session) == 0

    def _upkeep(self) -> None:
        looked = 0.0
        while not self._stop.is_set():
            begun = time.monotonic()
            files = looked == 0 or begun - looked > _FILES
            try:
                collect(self._library, files=files)
                looked = begun if files else looked
            except SrqError as error:
                self._told(str(error))
            self._stop.wait(_UPKEEP)
