"""The priority of threads that others' code has changed."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def ordinary_priority() -> Iterator[None]:
    """Whatever real-time priority threads of this process are given within is taken back.

    SVT-AV1 gives it to its own threads and to the one that opens it, where it may: as root, as in
    most containers. Nothing else on the machine, and none of the processes begun afterwards,
    would then get its share of the processors.
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    before = _real_time_threads()
    try:
        yield
    finally:
        for thread in _real_time_threads() - before:
            with suppress(ProcessLookupError):
                os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


def _real_time_threads() -> set[int]:
    found = set()
    for thread in map(int, os.listdir("/proc/self/task")):
        with suppress(ProcessLookupError):
            if os.sched_getscheduler(thread) in (os.SCHED_FIFO, os.SCHED_RR):
                found.add(thread)
    return found
